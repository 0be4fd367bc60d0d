import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CLOSED_PORT } from "../support/free-port.js";
import { runApp } from "../support/register/run-app.js";
import { command, report, usePlace } from "./harness.js";

const place = usePlace();
const status = (more: Readonly<Record<string, string>> = {}, args: readonly string[] = []) =>
  report(["status", ...args], { env: place.env(more), cwd: place.folder });
// biome-ignore lint/suspicious/noExplicitAny: as the report
const found = (list: any[], subject: string) => list.find((each) => each.subject === subject);

describe("where all is well", () => {
  it("says so, and leaves nothing with any backend", async () => {
    const { code, ok, destinations } = await status();
    expect(destinations).toEqual([
      {
        level: "ok",
        subject: "OTLP traces",
        address: `${place.collector.endpoint}/v1/traces`,
        says: "accepts exports",
      },
      { level: "ok", subject: "AgentPulse", address: place.agentpulse.url, says: "accepts the key" },
      { level: "ok", subject: "CatSyphon", address: place.catsyphon.url, says: "accepts the credentials" },
    ]);
    expect([code, ok]).toEqual([0, true]);
    expect(place.collector.requests).toHaveLength(1);
    expect(place.collector.spans).toEqual([]);
    expect(place.agentpulse.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /v1/events",
    ]);
    expect(place.catsyphon.eventRequests()).toEqual([]);
  });

  it.each(["http/json", "http/protobuf"])("asks every signal that is on, as %s", async (protocol) => {
    const { code, destinations } = await status({
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_METRICS_EXPORTER: "otlp",
      OTEL_LOGS_EXPORTER: "otlp,console",
    });
    expect(code).toBe(0);
    expect(place.collector.requests.map(({ path }) => path).sort()).toEqual([
      "/v1/logs",
      "/v1/metrics",
      "/v1/traces",
    ]);
    expect(found(destinations, "console logs")).toMatchObject({ level: "ok" });
  });

  it("fits a page of 80 columns and has no colours in a pipe", async () => {
    const { stdout, code } = await command(["status"], { env: place.env(), cwd: place.folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/All is well\.\n$/);
    expect(stdout).toContain("✓ openai 6.49.0: recorded by @kit/instrumentation-openai");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain("\x1b");
  });
});

describe("a backend", () => {
  it("that is not there is told of in the words of init", async () => {
    const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${CLOSED_PORT}`;
    const { code, destinations } = await status({ OTEL_EXPORTER_OTLP_ENDPOINT });
    const [collector] = destinations;
    expect(collector).toMatchObject({ level: "problem", says: expect.stringContaining("(ECONNREFUSED)") });
    expect(code).toBe(1);
    const run = await runApp("many.mjs", { env: { OTEL_EXPORTER_OTLP_ENDPOINT } });
    expect(run.stderr).toContain(`${collector.address} ${collector.says}`);
  });

  it("that nobody asked for may be missing where spans go elsewhere, as init has it", async () => {
    const env = place.env();
    delete env.OTEL_EXPORTER_OTLP_ENDPOINT;
    const { code, destinations } = await report(["status"], { env, cwd: place.folder });
    expect(destinations[0]).toMatchObject({
      subject: "OTLP traces",
      address: "http://localhost:4318/v1/traces",
    });
    expect(["ok", "note"]).toContain(destinations[0].level);
    expect(code).toBe(0);
  });

  it("that hangs is not waited for", async () => {
    place.collector.failNext({ kind: "hang" });
    place.agentpulse.failNext(1, { kind: "hang" }, "/v1/events");
    place.catsyphon.delayMs = 60_000;
    const { code, destinations } = await status({}, ["--timeout", "0.3"]);
    expect(destinations.map(({ says }: { says: string }) => says)).toEqual([
      expect.stringContaining("(no answer in time)"),
      expect.stringContaining("(no answer in time)"),
      expect.stringContaining("(no answer in time)"),
    ]);
    expect(code).toBe(1);
  });

  it.each([401, 403, 404, 413, 500, 503])("that answers HTTP %i loses telemetry", async (code) => {
    place.collector.failNext({ kind: "answer", status: code });
    place.agentpulse.failNext(1, { kind: "answer", status: code }, "/v1/events");
    const { destinations, ...rest } = await status();
    expect(rest.code).toBe(1);
    for (const at of [0, 1]) {
      expect(destinations[at]).toMatchObject({
        level: "problem",
        says: expect.stringContaining(`HTTP ${code}`),
      });
    }
  });

  it("that refuses the key says which variable to look at", async () => {
    const { code, destinations } = await status({
      AGENTPULSE_API_KEY: "ap_of_somebody_else",
      CATSYPHON_API_KEY: "cs_live_of_somebody_else",
    });
    expect(code).toBe(1);
    expect(found(destinations, "AgentPulse").says).toBe(
      "refuses the key (HTTP 403). Check AGENTPULSE_API_KEY.",
    );
    expect(found(destinations, "CatSyphon").says).toBe(
      "refuses the credentials (HTTP 401). Check CATSYPHON_COLLECTOR_ID and CATSYPHON_API_KEY.",
    );
  });

  it("that is no https is not given the key, as the exporter has it", async () => {
    const { code, destinations } = await status({ AGENTPULSE_ENDPOINT: "http://agentpulse.example" });
    expect(code).toBe(1);
    expect(found(destinations, "AgentPulse").says).toMatch(/plain http to another machine, nothing is sent/);
  });
});

describe("the configuration", () => {
  const WRONG = {
    OTEL_TRACES_SAMPLER: "sometimes",
    OTEL_TRACES_EXPORTER: "otlp,zipkin",
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
    OTEL_EXPORTER_OTLP_TIMEOUT: "soon",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization",
    OTEL_EXPORTER_OTLP_CERTIFICATE: "/nowhere.pem",
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "sideways",
    OTEL_PROPAGATORS: "b3",
    OTEL_BSP_SCHEDULE_DELAY: "-1",
    OTEL_SPAN_EVENT_COUNT_LIMIT: "many",
    OTEL_LOG_LEVEL: "loud",
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "all of it",
    KIT_JOIN_PARENT_TRACE: "perhaps",
    KIT_INSTRUMENTATIONS: "openai,opnai",
    AGENTPULSE_ENABLED: "maybe",
    AGENTPULSE_ENDPOINT: "agentpulse.example",
    AGENTPULSE_API_KEY: "ap_0",
    CATSYPHON_URL: "catsyphon.example",
    CATSYPHON_COLLECTOR_ID: "c",
    CATSYPHON_API_KEY: "k",
  };

  it("is found wrong in the very lines of init", async () => {
    const { code, configuration } = await report(["status"], { env: WRONG, cwd: place.folder });
    const { stderr } = await runApp("untouched.mjs", { env: WRONG });
    const said = stderr.split("\n").flatMap((line) => /^\[kit\] (.*)/.exec(line)?.[1] ?? []);
    const lines = said.filter((line) => !line.startsWith("OTLP traces: http"));
    expect(lines.length).toBeGreaterThan(16);
    const mistakes = configuration.map(({ says }: { says: string }) => says);
    expect([...mistakes].sort()).toEqual([...lines].sort());
    expect(configuration.filter(({ subject }: { subject: string }) => subject !== "mistake")).toEqual([]);
    expect(mistakes).toContain("CATSYPHON_URL must be an http or https URL; no spans are sent to CatSyphon.");
    expect(code).toBe(1);
  });

  it("is shown with the variable that each setting comes from", async () => {
    const { settings } = await status({
      OTEL_SERVICE_NAME: "desk",
      OTEL_EXPORTER_OTLP_TIMEOUT: "500",
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "never",
      AGENTPULSE_CAPTURE_MESSAGES: "true",
    });
    expect(settings).toEqual(
      expect.arrayContaining([
        { name: "OTEL_SERVICE_NAME", value: "desk", from: "OTEL_SERVICE_NAME" },
        { name: "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", value: "500", from: "OTEL_EXPORTER_OTLP_TIMEOUT" },
        {
          name: "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
          value: "true",
          from: "AGENTPULSE_CAPTURE_MESSAGES",
        },
        {
          name: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
          value: `${place.collector.endpoint}/v1/traces`,
          from: "OTEL_EXPORTER_OTLP_ENDPOINT",
        },
        { name: "OTEL_TRACES_EXPORTER", value: "otlp" },
        { name: "OTEL_BSP_SCHEDULE_DELAY", value: "5000" },
        { name: "AGENTPULSE_API_KEY", value: "set", from: "AGENTPULSE_API_KEY" },
      ]),
    );
  });

  it("names variables that have no effect, and does not make a fuss of them", async () => {
    const { code, configuration } = await status({
      AGENTPULSE_APIKEY: "ap_canary",
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: "500",
      OTEL_BSP_SCHEDULE_DELAY: "500",
      CATSYPHON_PROFILE: "other",
      OTEL_NODE_RESOURCE_DETECTORS: "",
    });
    expect(configuration).toEqual([
      {
        level: "note",
        subject: "unread",
        says: "AGENTPULSE_APIKEY, OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: set, but not read: misspelt, or meant for something else or for what is off",
      },
    ]);
    expect(code).toBe(0);
  });

  it.each([
    ["the kit is off", { OTEL_SDK_DISABLED: "true" }, /switches the kit off/],
    ["the kit is off by AgentPulse's variable", { AGENTPULSE_ENABLED: "no" }, /switches the kit off/],
    ["no trace is kept", { OTEL_TRACES_SAMPLER: "always_off" }, /drop every trace/],
    [
      "no share of traces is kept",
      { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" },
      /drop every trace/,
    ],
  ])("loses telemetry where %s", async (_, env, says) => {
    const { code, configuration } = await status(env as unknown as Record<string, string>);
    expect(configuration).toEqual([expect.objectContaining({ says: expect.stringMatching(says) })]);
    expect(code).toBe(1);
  });

  it("keeps telemetry where a share of traces is kept", async () => {
    const { code } = await status({
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.000001",
    });
    expect(code).toBe(0);
  });

  it("loses telemetry where traces go nowhere", async () => {
    const env = { OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "console" };
    const { code, configuration } = await report(["status"], { env, cwd: place.folder });
    expect(configuration).toMatchObject([{ says: expect.stringContaining("go nowhere") }]);
    expect(code).toBe(1);
  });
});

describe("the libraries", () => {
  it("are told with version, instrumentation and copies", async () => {
    place.install("node_modules/a/node_modules/openai", "4.104.0");
    place.install("node_modules/@anthropic-ai/sdk", "2.0.0");
    place.install("node_modules/b/node_modules/@anthropic-ai/sdk", "0.9.0");
    place.install("node_modules/@langchain/core", "1.0.0-alpha.1");
    place.install("node_modules/litellm", "0.12.0");
    place.install("node_modules/ai", "8.1.0");
    const { code, libraries } = await status({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: "litellm" });
    expect(
      libraries.map(({ level, subject, version, says }: Record<string, string>) =>
        [level, subject, version, says].join(" "),
      ),
    ).toEqual([
      "ok openai 6.49.0 recorded by @kit/instrumentation-openai",
      "ok openai 4.104.0 recorded by @kit/instrumentation-openai",
      "problem @anthropic-ai/sdk 2.0.0 unsupported version: @kit/instrumentation-anthropic supports >=0.14.0 <2",
      "note @anthropic-ai/sdk 0.9.0 unsupported version: @kit/instrumentation-anthropic supports >=0.14.0 <2",
      "problem @langchain/core 1.0.0-alpha.1 unsupported version: @kit/instrumentation-langchain supports >=0.2.19 <2",
      "note litellm 0.12.0 disabled by the configuration",
      "note ai 8.1.0 the kit has no instrumentation for it",
    ]);
    expect(code).toBe(1);
  });

  it("are found in the store of pnpm and in linked workspaces", async () => {
    place.install("node_modules/.pnpm/litellm@0.12.0/node_modules/litellm", "0.12.0");
    place.install("node_modules/.pnpm/litellm@0.12.0/node_modules/openai", "4.104.0");
    place.install("packages/b/node_modules/openai", "5.0.0");
    place.install("packages/b", "1.0.0");
    symlinkSync(
      join(".pnpm", "litellm@0.12.0", "node_modules", "litellm"),
      join(place.folder, "node_modules/litellm"),
    );
    symlinkSync(join("..", "packages", "b"), join(place.folder, "node_modules", "b"));
    symlinkSync("../../..", join(place.folder, "packages/b/node_modules/root"));
    symlinkSync("nowhere", join(place.folder, "node_modules", "gone"));
    const { libraries } = await status();
    const versions = libraries.map(({ subject, version, nearest }: Record<string, string>) => [
      subject,
      version,
      nearest,
    ]);
    expect(versions.sort()).toEqual([
      ["litellm", "0.12.0", true],
      ["openai", "4.104.0", false],
      ["openai", "5.0.0", false],
      ["openai", "6.49.0", true],
    ]);
  });

  it("may all be absent, which is told", async () => {
    const { stdout } = await command(["status"], { env: place.env(), cwd: "/" });
    expect(stdout).toContain("! none: found from /");
    expect(stdout).toContain("✗ kit: not installed here");
  });
});

describe("what is around", () => {
  it("has copies of what should be there once", async () => {
    place.install("node_modules/@opentelemetry/api", "1.9.0");
    place.install("node_modules/a/node_modules/@opentelemetry/api", "1.10.0");
    const { code, surroundings } = await status();
    expect(found(surroundings, "@opentelemetry/api")).toMatchObject({
      level: "note",
      says: expect.stringMatching(/^2 copies \(1\.10\.0, 1\.9\.0\)|^2 copies \(1\.9\.0, 1\.10\.0\)/),
    });
    expect(code).toBe(0);
  });

  it("starts the kit, if a script or NODE_OPTIONS say so", async () => {
    const start = async (env = {}) => found((await status(env)).surroundings, "start");
    expect(await start()).toMatchObject({ level: "note" });
    const scripts = { serve: "node --import @kit/register app.js", test: "vitest" };
    writeFileSync(join(place.folder, "package.json"), JSON.stringify({ scripts }));
    expect(await start()).toMatchObject({ level: "ok", says: 'by the npm script "serve"' });
    const { surroundings } = await report(["status"], { env: { NODE_OPTIONS: "--import @kit/register" } });
    expect(found(surroundings, "start")).toMatchObject({ level: "ok", says: "by NODE_OPTIONS" });
  });

  it("may be a file of settings that nothing reads in time, whose values stay untold", async () => {
    writeFileSync(
      join(place.folder, ".env"),
      "AGENTPULSE_API_KEY=canary\nexport CATSYPHON_PROFILE='canary'\nPORT=80\n",
    );
    const { stdout } = await command(["status"], { env: place.env(), cwd: place.folder });
    expect(stdout).toContain("! .env: sets CATSYPHON_PROFILE, which this environment lacks");
    expect(stdout).not.toContain("canary");
    const { settings } = await status({}, ["--env-file", ".env"]);
    expect(settings.find(({ name }: { name: string }) => name === "CATSYPHON_PROFILE")).toMatchObject({
      value: "canary",
    });
  });
});
