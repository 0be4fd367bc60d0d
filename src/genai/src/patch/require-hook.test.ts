import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/temporary-folder.js";
import type { Definition } from "./definition.js";
import { hookRequire } from "./require-hook.js";

let unhook = () => {};
afterEach(() => unhook());

/** What was told of when an application required these packages, each by its only file. */
function seenIn(packages: Readonly<Record<string, object>>): unknown[] {
  const folder = temporaryFolder();
  const required = createRequire(join(folder, "app.js"));
  for (const [name, manifest] of Object.entries(packages)) {
    const place = join(folder, "node_modules", name);
    mkdirSync(join(place, "dist"), { recursive: true });
    writeFileSync(join(place, "package.json"), JSON.stringify({ name, ...manifest }));
    writeFileSync(join(place, "index.js"), "");
    writeFileSync(join(place, "dist/agent.js"), `exports.from = "${name}";`);
    writeFileSync(join(place, "part.js"), 'module.exports = require("./dist/agent.js");');
  }
  const seen: unknown[] = [];
  const definition = {
    module: "core",
    files: ["dist/agent.js"],
    companions: [{ module: "@scope/more", files: ["dist/agent.js"], versions: [] }],
  };
  unhook = hookRequire(definition as unknown as Definition, (exports) => seen.push(exports));
  for (const name of Object.keys(packages)) required(`${name}/part.js`);
  return seen;
}

const WITHOUT_MAIN = { exports: { "./part.js": "./part.js" } };

it("tells of the files of packages without a main entry, companions included", () => {
  const seen = seenIn({ core: WITHOUT_MAIN, "@scope/more": WITHOUT_MAIN, other: WITHOUT_MAIN });
  expect(seen).toEqual([{ from: "core" }, { from: "@scope/more" }]);
});

it("leaves the files of all other packages to OpenTelemetry's hook", () => {
  expect(seenIn({ core: {}, "@scope/more": {} })).toEqual([]);
});
