import { expect, it } from "vitest";
import { BOUNDED, boundedBy, TOLD_END } from "../support/process/preloads.js";
import { useWorld } from "../support/register/fixture.js";
import { type RunOptions, startApp } from "../support/register/run-app.js";

const world = useWorld();

/** Starts a program that waits, sends it a signal, and tells how it ended. */
async function kill(signal: NodeJS.Signals, file = "wait.mjs", options: RunOptions = {}) {
  const { child, ended, printed } = startApp(file, { ...options, env: world.env(options.env) });
  await printed("ready");
  child.kill(signal);
  return await ended;
}

it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("sends what is left on %s and dies by it", async (name) => {
  const { code, signal, stderr } = await kill(name);
  expect({ code, signal, stderr }).toEqual({ code: null, signal: name, stderr: "" });
  expect(world.collector.spans).toHaveLength(1);
});

it("leaves the end to an application that handles the signal itself", async () => {
  const { code, signal } = await kill("SIGTERM", "own-handler.mjs");
  expect({ code, signal }).toEqual({ code: 7, signal: null });
  // One whose answer was under way at the exit arrives a second time.
  expect(new Set(world.collector.spans.map(({ spanId }) => spanId)).size).toBe(1);
});

it("takes no SIGHUP for the end where the application handles it", async () => {
  const env = world.env({ OTEL_BSP_SCHEDULE_DELAY: "600000" });
  const { child, ended, printed } = startApp("reloads.mjs", { env });
  await printed("ready");
  child.kill("SIGHUP");
  await printed("reloaded");
  child.kill("SIGTERM");
  expect(await ended).toMatchObject({ signal: "SIGTERM" });
  expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini", "reload"]);
  // Together at the end: nothing was sent early.
  expect(world.collector.requests).toHaveLength(1);
});

it("sends what an application still records while it closes in good order", async () => {
  const { code, signal, stderr } = await kill("SIGTERM", "closes-in-good-order.mjs");
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: "" });
  expect(world.collector.spans.map(({ name }) => name).sort()).toEqual(["said goodbye", "work"]);
});

it("does not wait for signal-exit, which waits for whoever else listens", async () => {
  const { code, signal } = await kill("SIGTERM", "tidy.mjs");
  expect({ code, signal }).toEqual({ code: null, signal: "SIGTERM" });
  expect(world.collector.spans).toHaveLength(1);
});

it("dies in bounded time when the collector is silent", async () => {
  world.collector.failNext({ kind: "hang" });
  const { signal } = await kill("SIGTERM", "wait.mjs", { preloads: BOUNDED, env: boundedBy(5000) });
  expect(signal).toBe("SIGTERM");
});

it("dies at once by a second signal", async () => {
  world.collector.failNext({ kind: "hang" });
  const env = world.env(boundedBy(500));
  const { child, ended, printed } = startApp("wait.mjs", { preloads: BOUNDED, env });
  await printed("ready");
  child.kill("SIGTERM");
  await world.collector.until(() => world.collector.requests.length > 0);
  child.kill("SIGTERM");
  expect(await ended).toMatchObject({ code: null, signal: "SIGTERM" });
});

it("keeps the exit code that the application set", async () => {
  const { code } = await world.run({}, "exit-code.mjs");
  expect(code).toBe(3);
  expect(world.collector.spans).toHaveLength(1);
});

it("sends what is left when the application calls process.exit", async () => {
  const { code, stdout, stderr } = await world.run({}, "exits.mjs");
  expect({ code, stdout, stderr }).toEqual({ code: 5, stdout: "Hello yourself\n", stderr: "" });
  expect(world.collector.spans).toHaveLength(1);
});

it("sends what is left when a signal handler of the application exits at once", async () => {
  const { code } = await kill("SIGTERM", "exits-on-signal.mjs");
  expect(code).toBe(6);
  expect(world.collector.spans).toHaveLength(1);
});

it("sends what is left when the application crashes", async () => {
  const { code, stderr } = await world.run({}, "crashes.mjs");
  expect(code).toBe(1);
  expect(stderr).toContain("Error: crash");
  expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini", "error Error"]);
});

it("exits soon when the collector is silent or absent", async () => {
  world.collector.failNext({ kind: "hang" });
  const silent = await world.run({}, "exits.mjs", { preloads: TOLD_END });
  expect(silent.code).toBe(5);
  const [, waited] = /^waits ([0-9.]+) ms at most$/m.exec(silent.stderr) ?? [];
  expect(Number(waited)).toBeLessThanOrEqual(1000);
  const absent = await world.run({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" }, "exits.mjs");
  expect(absent).toMatchObject({ code: 5, stdout: "Hello yourself\n" });
});

it.each([
  [
    "is absent",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" },
    /^\[kit\] .* cannot be reached \(ECONNREFUSED\).*\n$/,
  ],
  ["refuses", {}, /^\[kit\] .* refused a batch \(HTTP 401 Unauthorized\).* OTEL_EXPORTER_OTLP_HEADERS\.\n$/],
  ["is busy", {}, /^\[kit\] .* takes no data now \(HTTP 503 Service Unavailable\).*\n$/],
])("says in one line after process.exit that the collector %s", async (what, settings, line) => {
  if (what !== "is absent")
    world.collector.failNext({ kind: "answer", status: what === "refuses" ? 401 : 503 });
  const { code, stdout, stderr } = await world.run(settings, "exits.mjs");
  expect({ code, stdout }).toEqual({ code: 5, stdout: "Hello yourself\n" });
  expect(stderr).toMatch(line);
});

it("shows the tree even when the application calls process.exit", async () => {
  const { code, stdout } = await world.run({ OTEL_TRACES_EXPORTER: "console" }, "exits.mjs");
  expect(code).toBe(5);
  expect(stdout).toContain("chat gpt-4.1-mini");
});

it("tells of a call that nobody waited for", async () => {
  const { code, stderr } = await world.run({}, "leaves-calls-open.mjs", { args: ["idle"] });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(world.collector.spans).toMatchObject([
    { name: "chat gpt-4.1-mini", attributes: { "kit.outcome": "abandoned" } },
  ]);
});

it("tells of a call that was under way when the application called process.exit", async () => {
  world.provider.serve("/v1", () => ({ status: 200, headers: {}, steps: ["hang"] }));
  const { code, stdout, stderr } = await world.run({}, "leaves-calls-open.mjs");
  expect({ code, stdout, stderr }).toEqual({ code: 5, stdout: "", stderr: "" });
  expect(world.collector.spans).toMatchObject([
    { name: "chat gpt-4.1-mini", attributes: { "kit.outcome": "abandoned" } },
  ]);
});

it("keeps the branches of a trace whose process is cut off", async () => {
  const { code } = await world.run({}, "crashes-inside.mjs");
  expect(code).toBe(1);
  const { spans } = world.collector;
  const [session] = spans.filter(({ name }) => name === "invoke_workflow night");
  const [agent] = spans.filter(({ name }) => name === "invoke_agent watch");
  expect(session?.attributes).toMatchObject({ "kit.outcome": "abandoned" });
  expect(agent).toMatchObject({ parentSpanId: session?.spanId, attributes: { "kit.outcome": "abandoned" } });
  expect(spans).toContainEqual(expect.objectContaining({ name: "error Error", parentSpanId: agent?.spanId }));
  expect(spans).toHaveLength(3);
});

it("leaves spans to an application that ends them when there is nothing else to do", async () => {
  const { stderr } = await world.run({ OTEL_LOG_LEVEL: "warn" }, "ends-its-span-last.mjs");
  expect(stderr).toBe("");
  expect(world.collector.spans).toMatchObject([{ name: "all of it", attributes: {} }]);
  expect(world.collector.spans[0]?.attributes).not.toHaveProperty("kit.outcome");
});
