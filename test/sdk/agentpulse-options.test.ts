import { hostname } from "node:os";
import { flush, init, shutdown } from "@kit/sdk";
import { describe, expect, it, vi } from "vitest";
import { useApplication } from "./harness.js";

const app = useApplication();

/** Runs the kit for one model call, and gives the event of it. */
async function costOf(options: object, variables: Record<string, string> = {}) {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  init({ tracesExporter: "none", ...options });
  await app.ask();
  await shutdown();
  return app.server.ofKind("cost")[0];
}

const address = () => ({ AGENTPULSE_API_KEY: app.server.key, AGENTPULSE_ENDPOINT: app.server.url });

describe("where events go", () => {
  it("is told by variables alone", async () => {
    expect(await costOf({}, address())).toMatchObject({ data: { model: "gpt-4o", agent: hostname() } });
    expect(app.server.requests[0]?.headers.authorization).toBe(`Bearer ${app.server.key}`);
  });

  it("is told by options alone", async () => {
    expect(await costOf(app.options)).toMatchObject({ data: { model: "gpt-4o" } });
  });

  it("is told by options over variables", async () => {
    const elsewhere = { AGENTPULSE_API_KEY: "ap_other", AGENTPULSE_ENDPOINT: "http://127.0.0.1:9" };
    expect(await costOf(app.options, elsewhere)).toBeDefined();
  });

  it("takes an empty option or variable for none", async () => {
    expect(await costOf({ apiKey: "", endpoint: " " }, address())).toBeDefined();
  });

  it("may end in slashes", async () => {
    expect(await costOf({ ...app.options, endpoint: `${app.server.url}//` })).toBeDefined();
  });
});

describe("the agent's name", () => {
  it.each([
    ["the option", { agentName: "marcus" }, { AGENTPULSE_AGENT: "other" }, "marcus"],
    ["the variable", {}, { AGENTPULSE_AGENT: "marcus" }, "marcus"],
    ["the variable, not the service", { serviceName: "shop" }, { AGENTPULSE_AGENT: "marcus" }, "marcus"],
    ["the service", { serviceName: "shop" }, {}, "shop"],
    ["the service of the resource", {}, { OTEL_RESOURCE_ATTRIBUTES: "service.name=shop" }, "shop"],
    ["else the host", {}, {}, hostname()],
  ])("is that of %s", async (_, options, variables, agent) => {
    const event = await costOf({ ...app.options, ...options }, variables);
    expect(event?.data.agent).toBe(agent);
    expect(app.server.ofKind("sdk_init")[0]?.data.agent).toBe(agent);
  });
});

describe("content", () => {
  it.each([
    ["nothing", {}, {}, false],
    ["the option", { captureMessages: true }, {}, true],
    ["the variable", {}, { AGENTPULSE_CAPTURE_MESSAGES: "Yes" }, true],
    ["a variable that means nothing", {}, { AGENTPULSE_CAPTURE_MESSAGES: "maybe" }, false],
    ["the option over the variable", { captureMessages: false }, { AGENTPULSE_CAPTURE_MESSAGES: "1" }, false],
    [
      "the standard variable, which is for spans",
      {},
      { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true" },
      false,
    ],
  ])("is sent as %s says", async (_, options, variables, sent) => {
    const event = await costOf({ ...app.options, ...options }, variables);
    expect(event).toBeDefined();
    expect(app.server.requests.some(({ body }) => body.includes("Hello there?"))).toBe(sent);
    expect(event?.data.messages !== undefined).toBe(sent);
  });
});

describe("without a usable address", () => {
  it("warns once of a missing key and sends nothing", async () => {
    await costOf({ endpoint: app.server.url });
    expect(app.stderr).toEqual([
      "[kit] endpoint is set, but AgentPulse needs AGENTPULSE_API_KEY or the option apiKey; no spans are sent there.\n",
    ]);
    expect(app.server.requests).toEqual([]);
  });

  it("refuses plain http to another machine, and never repeats the key", async () => {
    await costOf({ apiKey: "ap_very_secret", endpoint: "http://192.0.2.1" });
    expect(app.stderr).toHaveLength(1);
    expect(app.stderr[0]).toContain("plain http");
    expect(app.stderr.join()).not.toContain("very_secret");
  });

  it("names an endpoint that is none, and runs on", async () => {
    await costOf({ apiKey: app.server.key, endpoint: "nowhere" });
    expect(app.stderr).toHaveLength(1);
    expect(app.stderr[0]).toMatch(/^\[kit\] endpoint: got "nowhere".*no spans are sent to AgentPulse\.\n$/);
  });

  it("is silent when nobody asked for AgentPulse", async () => {
    await costOf({});
    expect(app.stderr).toEqual([]);
  });
});

describe("debug", () => {
  it.each([
    ["the option", { debug: true }, {}],
    ["the variable", {}, { AGENTPULSE_DEBUG: "on" }],
  ])("tells by %s what is patched and sent, in lines of its own", async (_, options, variables) => {
    await costOf({ ...app.options, ...options }, variables);
    const lines = app.stderr.join("").trim().split("\n");
    for (const line of lines) expect(line).toMatch(/^\[agentpulse\] /);
    expect(lines.some((line) => /instrumented \d+ methods of openai/.test(line))).toBe(true);
    expect(lines.join()).not.toContain(app.server.key);
    expect(lines.join()).not.toContain("Hello there?");
  });

  it("is silent otherwise, although nobody listens where collectors would", async () => {
    await costOf({ ...app.options, tracesExporter: undefined });
    expect(app.stderr).toEqual([]);
  });
});

it("sends by flushInterval, and in requests of maxBatchSize", async () => {
  app.start({ flushInterval: 0.05, maxBatchSize: 2, agentpulse: { initEvent: false, heartbeatInterval: 0 } });
  await Promise.all([app.ask(), app.ask(), app.ask()]);
  await expect.poll(() => app.server.ofKind("cost")).toHaveLength(3);
  const sizes = app.server.ingests.map(({ body }) => JSON.parse(body).events.length as number);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(2);
});

it("keeps maxQueueSize events, the newest", async () => {
  app.start({ maxQueueSize: 2, flushInterval: 3600, agentpulse: { initEvent: false, heartbeatInterval: 0 } });
  for (const model of ["a", "b", "c"]) await app.ask(model);
  await flush();
  expect(app.server.ofKind("cost").map(({ data }) => data.model)).toEqual(["b", "c"]);
});

it("hands the exporter what only it knows", async () => {
  const event = await costOf({ ...app.options, agentpulse: { llmEvents: "llm_call", agentName: "inner" } });
  expect(event).toBeUndefined();
  expect(app.server.ofKind("llm_call")[0]?.data).toMatchObject({ model: "gpt-4o", agent: "inner" });
});

it("prices by costTableOverride, for versions of the model too", async () => {
  const event = await costOf({ ...app.options, costTableOverride: { "gpt-4o": [1, 2] } });
  expect(event?.data.cost_usd).toBeCloseTo((9 * 1 + 3 * 2) / 1000, 9);
});

it("reports what cannot be used in one line and goes on without it", async () => {
  expect(await costOf({ ...app.options, flushInterval: -1, maxQueueSize: "many" })).toBeDefined();
  expect(app.stderr).toHaveLength(2);
});

it("says at the start on what it runs, unless it shall not", async () => {
  await costOf(app.options);
  expect(app.server.ofKind("sdk_init")[0]?.data).toMatchObject({
    runtime: "node",
    libraries: expect.anything(),
  });
  app.server.accepted.length = 0;
  await costOf({ ...app.options, captureMetadata: false });
  expect(app.server.ofKind("sdk_init")).toEqual([]);
});
