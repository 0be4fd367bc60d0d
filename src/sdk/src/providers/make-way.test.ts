import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/temporary-folder.js";
import { makeWay, type Signal } from "./make-way.js";

const REGISTRY = Symbol.for("opentelemetry.js.api.1");
const globals = globalThis as { [REGISTRY]?: Record<string, unknown> };
const before = globals[REGISTRY];

afterEach(() => {
  Object.defineProperty(globalThis, REGISTRY, { value: before, writable: true, configurable: true });
});

/** Registers as the API does, in this order of reads and writes; `true` when it was let in. */
function register(type: string, instance: unknown, version: string): boolean {
  globals[REGISTRY] = globals[REGISTRY] ?? { version };
  const api = globals[REGISTRY];
  if (api?.[type]) return false;
  if (api?.version !== version) return false;
  api[type] = instance;
  return true;
}

function registered(version = "1.9.1", frozen = false) {
  const registry = { trace: "ours", context: "ours" };
  Object.defineProperty(registry, "version", {
    value: version,
    enumerable: true,
    writable: !frozen,
    configurable: !frozen,
  });
  Object.defineProperty(globalThis, REGISTRY, { value: registry, writable: true, configurable: true });
  const taken: [Signal, unknown][] = [];
  return { taken, stop: makeWay(["trace", "metrics", "context"], (...each) => taken.push(each)) };
}

it.each([false, true])(
  "lets the application register over ours, also where the version is frozen: %s",
  (frozen) => {
    const { taken } = registered("1.10.0", frozen);
    expect(register("trace", "theirs", "1.10.0")).toBe(true);
    expect(globals[REGISTRY]?.trace).toBe("theirs");
    expect(taken).toEqual([["trace", "theirs"]]);
  },
);

it("shows what is there to everybody who only reads, before and after", () => {
  registered();
  expect(globals[REGISTRY]?.trace).toBe("ours");
  register("trace", "theirs", "1.9.1");
  expect(globals[REGISTRY]).toMatchObject({ trace: "theirs", context: "ours", version: "1.9.1" });
});

it("lets each signal be taken once, as without us", () => {
  registered();
  register("trace", "theirs", "1.9.1");
  expect(register("trace", "another", "1.9.1")).toBe(false);
  expect(register("context", "theirs", "1.9.1")).toBe(true);
});

it("does not hide anything after a registration of something else", () => {
  registered();
  register("diag", "theirs", "1.9.1");
  expect(globals[REGISTRY]?.trace).toBe("ours");
});

it("refuses again when the watch has ended", () => {
  const { taken, stop } = registered();
  stop();
  expect(register("trace", "theirs", "1.9.1")).toBe(false);
  expect(globals[REGISTRY]).toEqual({ version: "1.9.1", trace: "ours", context: "ours" });
  expect(taken).toEqual([]);
});

/** As a copy of the API does it, in a file of its own. */
const REGISTERS = `(type, instance, version) {
  const key = Symbol.for("opentelemetry.js.api.1");
  const api = (globalThis[key] = globalThis[key]);
  if (api[type] || api.version !== version) return false;
  api[type] = instance;
  return true;
}`;

it.each(["plain", "a (1) b", "Übung # 100%"])(
  "lets in a newer copy of the API in a folder called %j",
  (name) => {
    const place = temporaryFolder();
    const api = join(place, name, "node_modules/@opentelemetry/api");
    mkdirSync(api, { recursive: true });
    writeFileSync(join(api, "package.json"), JSON.stringify({ version: "1.99.0" }));
    const anonymous = REGISTERS.replace(") {", ") => {");
    writeFileSync(join(api, "index.cjs"), `module.exports = [function named${REGISTERS}, ${anonymous}]`);
    for (const registers of createRequire(import.meta.url)(join(api, "index.cjs")) as (typeof register)[]) {
      registered("1.9.1");
      expect(registers("trace", "theirs", "1.99.0")).toBe(true);
    }
  },
);

it("does nothing where nothing was registered", () => {
  Object.defineProperty(globalThis, REGISTRY, { value: undefined, writable: true, configurable: true });
  makeWay(["trace"], () => {})();
  expect(globals[REGISTRY]).toBeUndefined();
});
