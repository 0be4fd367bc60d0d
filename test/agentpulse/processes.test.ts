import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type FakeAgentPulse, fails } from "../support/agentpulse/index.js";
import { BOUNDED, boundedBy, TOLD_END } from "../support/process/preloads.js";
import { describeOnNodes } from "../support/register/nodes.js";
import { startServer } from "./harness.js";
import { run as runProgram, type Start, start as startProgram } from "./process.js";

const IN_FIVE_SECONDS = { preloads: BOUNDED, env: boundedBy(5_000) };

interface How extends Partial<Start> {
  /** Of the exporter. */
  readonly options?: object;
}

const toStart = (ending: string, { options = {}, ...how }: How): Start => ({
  program: "ending.mjs",
  args: [ending, JSON.stringify(options)],
  ...how,
});
const start = (fake: FakeAgentPulse, ending: string, how: How = {}) =>
  startProgram(fake, toStart(ending, how));
const run = (fake: FakeAgentPulse, ending: string, how: How = {}) => runProgram(fake, toStart(ending, how));

const calls = (fake: FakeAgentPulse) => fake.ofKind("cost").map(({ data }) => data.model);
const quiet = { stdout: "", stderr: "" };

describe("a process", () => {
  it("ends by itself when nothing happens, long before the next flush or sign of life", async () => {
    const fake = await startServer();
    const ended = await run(fake, "idle", { options: { flushInterval: 3600, heartbeatInterval: 3600 } });
    expect(ended).toMatchObject({ code: 0, signal: null, ...quiet });
    expect(fake.accepted.map(({ kind }) => kind)).toEqual(["sdk_init"]);
  });

  describeOnNodes((node) => {
    it.each(["ending.mjs", "ending.cjs"])(
      "delivers what waits when its work is done, and at process.exit(): %s",
      async (program) => {
        const fake = await startServer();
        expect(await run(fake, "return", { program, node })).toMatchObject({ code: 0, stderr: "" });
        expect(calls(fake)).toEqual(["gpt-4o"]);
        expect(await run(fake, "exit", { program, node })).toMatchObject({ code: 3, stderr: "" });
        expect(calls(fake)).toEqual(["gpt-4o", "gpt-4o"]);
      },
    );
  });

  it.each(["throw", "reject"])(
    "delivers what waits when an application's error ends it: %s",
    async (ending) => {
      const fake = await startServer();
      const ended = await run(fake, ending);
      expect(ended).toMatchObject({ code: 1, signal: null, stdout: "" });
      expect(ended.stderr).toContain("from the application");
      expect(calls(fake)).toEqual(["gpt-4o"]);
    },
  );

  it.each(["fails", "decodes", "closes"] as const)(
    "delivers each event once at process.exit() when the server's gzip %s",
    async (gzip) => {
      const fake = await startServer({ gzip });
      expect(await run(fake, "exit")).toMatchObject({ code: 3, ...quiet });
      expect(calls(fake)).toEqual(["gpt-4o"]);
    },
  );

  it("leaves signals alone", async () => {
    const fake = await startServer();
    const { child, ended, printed } = start(fake, "wait");
    await printed("ready 0 0");
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: null, signal: "SIGTERM", stderr: "" });
    expect(calls(fake)).toEqual([]);
  });

  it.each(["SIGTERM", "SIGINT"] as const)("flushes before %s ends it, when asked to", async (signal) => {
    const fake = await startServer();
    const { child, ended, printed } = start(fake, "wait", { options: { flushOnSignals: true } });
    await printed("ready 1 1");
    child.kill(signal);
    expect(await ended).toMatchObject({ code: null, signal, stderr: "" });
    expect(calls(fake)).toEqual(["gpt-4o"]);
  });

  it("ends within five seconds of its time although the server never answers", async () => {
    const fake = await startServer({ fault: () => ({ kind: "hang" }) });
    expect(await run(fake, "return", IN_FIVE_SECONDS)).toMatchObject({ code: 0, ...quiet });
    const withSdk = await runProgram(fake, { program: "with-sdk.mjs", ...IN_FIVE_SECONDS });
    expect(withSdk).toMatchObject({ code: 0, ...quiet });
  });

  it("is held by an exporter for five seconds at most, if its processor does not hold it longer", async () => {
    const fake = await startServer({ fault: () => ({ kind: "hang" }) });
    const { child, ended } = startProgram(fake, { program: "alone.mjs", ...IN_FIVE_SECONDS });
    // Its five seconds begin when it has nothing else to do, and are over at once.
    await expect.poll(() => fake.requests.length).toBeGreaterThan(0);
    child.stdin.end();
    const stdout = "1 AgentPulse: 1 events could not be delivered\n";
    expect(await ended).toEqual({ code: 0, signal: null, stdout, stderr: "" });
  });

  it("waits two seconds at most at process.exit() for a server that never answers", async () => {
    const fake = await startServer({ fault: () => ({ kind: "hang" }) });
    const ended = await run(fake, "exit", { preloads: TOLD_END });
    expect(ended).toMatchObject({ code: 3, stdout: "", stderr: "waits 2000 ms at most\n" });
  });

  describe("whose server asked to come back later", () => {
    const options = { debug: true, compression: "none", flushInterval: 0.001 };
    const exitOnce = (fake: FakeAgentPulse, said: string) =>
      runProgram(fake, { program: "ending.mjs", args: ["exitOnce", JSON.stringify(options), said] });

    it("sends nothing at process.exit()", async () => {
      const fake = await startServer({ fault: () => fails(503) });
      expect(await exitOnce(fake, "not accepted")).toMatchObject({ code: 3 });
      expect(fake.ingests.length).toBe(1);
    });

    it("sends what waits at process.exit(), once the server has taken something", async () => {
      const fake = await startServer();
      fake.failNext(1, { kind: "answer", status: 503 });
      expect(await exitOnce(fake, "flushed")).toMatchObject({ code: 3 });
      expect(calls(fake)).toEqual(["gpt-4o", "gpt-4o"]);
    });
  });

  it("ends at once, in the same way, without a server", async () => {
    const fake = await startServer();
    await fake.close();
    expect(await run(fake, "exit")).toMatchObject({ code: 3, ...quiet });
    expect(await run(fake, "return", IN_FIVE_SECONDS)).toMatchObject({ code: 0, ...quiet });
  });

  it.each(["return", "exit"])("sends nothing when disabled or without a key: %s", async (ending) => {
    const fake = await startServer();
    expect(await run(fake, ending, { options: { enabled: false } })).toMatchObject(quiet);
    expect(await run(fake, ending, { env: { AGENTPULSE_API_KEY: "" } })).toMatchObject({ stdout: "" });
    expect(fake.requests).toEqual([]);
  });
});

describe("a process whose processors flush on signals", () => {
  const startSignalled = (fake: FakeAgentPulse, how: object) =>
    startProgram(fake, { program: "signalled.mjs", args: [JSON.stringify(how)] });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("dies by %s once all have flushed", async (signal) => {
    const fake = await startServer();
    const { child, ended, printed } = startSignalled(fake, { processors: 2 });
    await printed("ready");
    child.kill(signal);
    expect(await ended).toMatchObject({ code: null, signal, stderr: "" });
    expect(calls(fake).sort()).toEqual(["model-0", "model-1"]);
  });

  it.each(["SIGTERM", "SIGHUP"] as const)("dies by %s with the SDK, which sends then too", async (signal) => {
    const fake = await startServer({ fault: () => sleep(300) });
    const { child, ended, printed } = startSignalled(fake, { sdk: true });
    await printed("ready");
    child.kill(signal);
    expect(await ended).toMatchObject({ code: null, signal });
    expect(calls(fake)).toEqual(["model-0"]);
  });

  it("does not wait for signal-exit, which waits for whoever else listens", async () => {
    const fake = await startServer();
    const { child, ended, printed } = startSignalled(fake, { signalExit: true });
    await printed("ready");
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: null, signal: "SIGTERM", stderr: "" });
    expect(calls(fake)).toEqual(["model-0"]);
  });

  it("dies at once when it is told a second time", async () => {
    const fake = await startServer({ fault: () => ({ kind: "hang" }) });
    const { child, ended, printed } = startSignalled(fake, { processors: 2 });
    await printed("ready");
    child.kill("SIGINT");
    await expect.poll(() => fake.requests.length).toBe(2);
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: null, signal: "SIGINT" });
  });

  it("goes on where the application handles the signal, and a server reads its configuration again", async () => {
    const fake = await startServer();
    const { child, ended, printed } = startSignalled(fake, { handled: ["SIGHUP", "SIGTERM"] });
    await printed("ready");
    child.kill("SIGHUP");
    await printed("handled SIGHUP");
    child.kill("SIGTERM");
    await printed("handled SIGTERM");
    await expect.poll(() => calls(fake)).toEqual(["model-0"]);
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: null, signal: "SIGINT" });
  });
});
