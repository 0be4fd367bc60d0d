import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import type { FakeAgentPulse } from "../support/agentpulse/index.js";
import { findNode, MAJORS } from "../support/register/nodes.js";
import { startServer } from "./harness.js";

interface Start {
  readonly program?: string;
  readonly node?: string;
  readonly flags?: readonly string[];
  readonly options?: object;
  readonly env?: Readonly<Record<string, string>>;
}

const path = (file: string) => fileURLToPath(new URL(`./programs/${file}`, import.meta.url));
const FAST_CLOCK = ["--import", new URL("./programs/fast-clock.mjs?20", import.meta.url).href];

/** Starts a program with the fake's address in its environment. */
function start(fake: FakeAgentPulse, ending: string, how: Start = {}) {
  const { program = "ending.mjs", node = process.execPath, flags = [], options = {} } = how;
  const clean = Object.entries(process.env).filter(([name]) => !/^(OTEL_|AGENTPULSE_|NODE_OPT)/.test(name));
  const env = {
    ...Object.fromEntries(clean),
    AGENTPULSE_ENDPOINT: fake.url,
    AGENTPULSE_API_KEY: fake.key,
    AGENTPULSE_AGENT: "child",
    ...how.env,
  };
  const child = spawn(node, [...flags, path(program), ending, JSON.stringify(options)], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text) => {
      output[name] += text;
    });
  }
  const began = performance.now();
  const ended = once(child, "close").then(([code, signal]) => ({
    code,
    signal,
    ...output,
    ms: performance.now() - began,
  }));
  return { child, ended, printed: (text: string) => expect.poll(() => output.stdout).toContain(text) };
}

const run = (...args: Parameters<typeof start>) => start(...args).ended;

const calls = (fake: FakeAgentPulse) => fake.ofKind("cost").map(({ data }) => data.model);
const quiet = { stdout: "", stderr: "" };

describe("a process", () => {
  it("ends by itself when nothing happens, long before the next flush or sign of life", async () => {
    const fake = await startServer();
    const ended = await run(fake, "idle", { options: { flushInterval: 3600, heartbeatInterval: 3600 } });
    expect(ended).toMatchObject({ code: 0, signal: null, ...quiet });
    expect(fake.accepted.map(({ kind }) => kind)).toEqual(["sdk_init"]);
  });

  for (const major of MAJORS) {
    const node = findNode(major);
    if (node === undefined) {
      it.skip(`Node ${major} cannot be installed here`, () => {});
      continue;
    }
    it.each(["ending.mjs", "ending.cjs"])(
      `delivers what waits when its work is done, and at process.exit(), on Node ${major}: %s`,
      async (program) => {
        const fake = await startServer();
        expect(await run(fake, "return", { program, node })).toMatchObject({ code: 0, stderr: "" });
        expect(calls(fake)).toEqual(["gpt-4o"]);
        expect(await run(fake, "exit", { program, node })).toMatchObject({ code: 3, stderr: "" });
        expect(calls(fake)).toEqual(["gpt-4o", "gpt-4o"]);
      },
    );
  }

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
    const ended = await run(fake, "return", { flags: FAST_CLOCK });
    expect(ended).toMatchObject({ code: 0, ...quiet });
    // Five seconds on the fast clock are a quarter of one; the rest is start-up on a busy machine.
    expect(ended.ms).toBeLessThan(10_000);
  });

  it("waits two seconds at most at process.exit() for a server that never answers", async () => {
    const fake = await startServer({ fault: () => ({ kind: "hang" }) });
    const ended = await run(fake, "exit");
    expect(ended).toMatchObject({ code: 3, ...quiet });
    expect(ended.ms).toBeLessThan(15_000);
  });

  it("ends at once, in the same way, without a server", async () => {
    const fake = await startServer();
    await fake.close();
    expect(await run(fake, "exit")).toMatchObject({ code: 3, ...quiet });
    expect(await run(fake, "return", { flags: FAST_CLOCK })).toMatchObject({ code: 0, ...quiet });
  });

  it.each(["return", "exit"])("sends nothing when disabled or without a key: %s", async (ending) => {
    const fake = await startServer();
    expect(await run(fake, ending, { options: { enabled: false } })).toMatchObject(quiet);
    expect(await run(fake, ending, { env: { AGENTPULSE_API_KEY: "" } })).toMatchObject({ stdout: "" });
    expect(fake.requests).toEqual([]);
  });
});
