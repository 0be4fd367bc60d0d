import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CollectorClient } from "@kit/catsyphon";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Caller } from "../agentpulse/facts.js";
import { startRealServer } from "../ailoop/real-server.js";
import { NatsServer } from "../support/kryten/nats-server.js";
import { COLLECTOR, JAEGER } from "../support/peers/binaries.js";
import { RealCollector } from "../support/peers/collector.js";
import { type JaegerSpan, RealJaeger } from "../support/peers/jaeger.js";
import { outline, RELEASE } from "../support/release-agent/outline.js";
import { startPerson } from "../support/release-agent/person.js";
import { type Run, runReleaseAgent } from "../support/release-agent/run.js";
import { StandIns } from "../support/release-agent/stand-ins.js";

const NATS =
  process.env.NATS_SERVER_BIN ||
  [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"].some((folder) =>
    existsSync(join(folder, "nats-server")),
  );
const { AILOOP_BIN, AGENTPULSE_REAL_URL, KIT_CATSYPHON_URL, KIT_CATSYPHON_WORKSPACE_ID } = process.env;
/** Of its own, so that the session is new to servers that outlive the test. */
const VERSION = `1.${Math.floor(Date.now() / 1000)}.0`;
const present = [
  COLLECTOR && "the collector",
  NATS && "nats-server",
  AILOOP_BIN && "ailoop",
  AGENTPULSE_REAL_URL && "the AgentPulse Worker",
  KIT_CATSYPHON_URL && "CatSyphon",
].filter(Boolean);

/** Starts the real server of each kind that is here; what it returns goes into the environment. */
class RealPlaces {
  readonly variables: Record<string, string> = {};
  jaeger!: RealJaeger;
  agentPulse: Caller | undefined;
  catSyphon: CollectorClient | undefined;
  readonly #closing: (() => Promise<void>)[] = [];

  async start(): Promise<void> {
    const jaeger = await RealJaeger.start(JAEGER as string);
    this.jaeger = jaeger;
    this.#closing.push(() => jaeger.stop());
    this.variables.OTEL_EXPORTER_OTLP_ENDPOINT = jaeger.endpoint;
    if (COLLECTOR) {
      const collector = await RealCollector.start(COLLECTOR, jaeger.endpoint);
      this.#closing.push(() => collector.stop());
      this.variables.OTEL_EXPORTER_OTLP_ENDPOINT = collector.endpoint;
    }
    if (NATS) {
      const nats = await NatsServer.start({ jetstream: false });
      this.#closing.push(() => nats.stop());
      this.variables.NATS_URL = nats.url;
    }
    if (AILOOP_BIN) await this.#person(AILOOP_BIN);
    if (AGENTPULSE_REAL_URL) {
      this.agentPulse = await Caller.register(AGENTPULSE_REAL_URL);
      this.variables.AGENTPULSE_API_KEY = this.agentPulse.key;
      this.variables.AGENTPULSE_ENDPOINT = AGENTPULSE_REAL_URL;
    }
    if (KIT_CATSYPHON_URL) await this.#conversations(KIT_CATSYPHON_URL, KIT_CATSYPHON_WORKSPACE_ID ?? "");
  }

  async #conversations(serverUrl: string, workspaceId: string): Promise<void> {
    const client = await CollectorClient.register({ serverUrl, workspaceId, storeCredentials: false });
    this.catSyphon = client;
    this.variables.CATSYPHON_URL = serverUrl;
    this.variables.CATSYPHON_COLLECTOR_ID = client.config.collectorId ?? "";
    this.variables.CATSYPHON_API_KEY = client.config.apiKey ?? "";
  }

  async #person(binary: string): Promise<void> {
    const server = await startRealServer(binary);
    const person = await startPerson(server.url, true);
    this.#closing.push(
      () => server.stop(),
      () => person.close(),
    );
    this.variables.AILOOP_URL = server.url;
  }

  async stop(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }
}

describe.skipIf(!JAEGER)(
  `the release agent with Jaeger (absent unless JAEGER_BIN names it), and ${present.join(", ")}`,
  { timeout: 120_000 },
  () => {
    const real = new RealPlaces();
    let standIns: StandIns;
    let run: Run;
    let spans: readonly JaegerSpan[];

    beforeAll(async () => {
      await real.start();
      standIns = await StandIns.start(real.variables);
      run = await runReleaseAgent({
        ...real.variables,
        ...standIns.variables,
        RELEASE_VERSION: VERSION,
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "SPAN_ONLY",
      });
      const traceId = standIns.desk.spans.find(({ name }) => name === RELEASE[0])?.traceId ?? "";
      spans = await real.jaeger.trace(traceId, RELEASE.length);
    }, 180_000);
    afterAll(async () => {
      await standIns?.close();
      await real.stop();
    });

    it("ends in a release", () => {
      expect(run.code).toBe(0);
      expect(run.lines).toContain(`> ${VERSION}: released`);
    });

    it("is one trace there, with every span below its cause", () => {
      expect(outline(spans)).toEqual(RELEASE);
      expect(new Set(spans.map(({ service }) => service))).toEqual(
        new Set(["release-agent", "announcer", "shop-build"]),
      );
      const doubts = spans.flatMap(({ name, warnings }) => warnings.map((warning) => `${name}: ${warning}`));
      // Jaeger wants every span to have a length; ours of a moment have none.
      expect(doubts.filter((doubt) => !/^(event|metric) .*: Negative duration/.test(doubt))).toEqual([]);
    });

    it("keeps kinds, links, failures and figures", () => {
      const one = (name: string) => spans.find((span) => span.name === name);
      expect(one("publish")?.kind).toBe("producer");
      expect(one("process kryten.events.release-agent.released")?.kind).toBe("consumer");
      expect(one("chat gpt-4.1-mini")).toMatchObject({
        kind: "client",
        attributes: { "gen_ai.usage.input_tokens": 412, "session.id": `release-${VERSION}` },
      });
      expect(one("task approval")?.links).toHaveLength(1);
      const failed = spans.filter(({ status }) => status === "ERROR").map(({ name }) => name);
      expect(failed.toSorted()).toEqual(["build", "check changelog", "exec node"]);
    });

    it.skipIf(!AGENTPULSE_REAL_URL)(
      "adds up in AgentPulse (absent unless AGENTPULSE_REAL_URL names one) to what the spans say",
      async () => {
        const calls = spans.filter(({ attributes }) => attributes["gen_ai.operation.name"] === "chat");
        const sum = (...names: string[]) =>
          calls
            .flatMap(({ attributes }) => names.map((name) => Number(attributes[name])))
            .reduce((all, value) => all + value, 0);
        const stats = await real.agentPulse?.get("/v1/stats");
        expect(stats.cost.tokens).toBe(sum("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"));
        expect(stats.cost.usd).toBeCloseTo(sum("kit.cost.usd"), 6);
        expect(stats.events).toMatchObject({ cost: 8, session: 1, cron: 1 });
      },
    );

    it.skipIf(!KIT_CATSYPHON_URL)(
      "reads as conversations in CatSyphon (absent unless KIT_CATSYPHON_URL names one)",
      async () => {
        const read = async (session: string) => {
          const status = await real.catSyphon?.getSessionStatus(session);
          const headers = { "X-Workspace-Id": KIT_CATSYPHON_WORKSPACE_ID ?? "" };
          const page = await fetch(`${KIT_CATSYPHON_URL}/conversations/${status?.conversationId}`, {
            headers,
          });
          const { messages } = (await page.json()) as { messages: { timestamp: string; role: string }[] };
          return messages.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1)).map(({ role }) => role);
        };
        const turn = ["assistant", "system"];
        const manager = await read(`release-agent:release-${VERSION}`);
        expect(manager).toEqual(["system", "user", ...turn, ...turn, ...turn, ...turn, "assistant"]);
        const writer = spans.find(({ name }) => name === "invoke_agent release-writer")?.spanId;
        expect(await read(`release-agent:release-${VERSION}.${writer}`)).toEqual([
          "system",
          "user",
          ...turn,
          "assistant",
        ]);
        expect(await read(`announcer:release-${VERSION}`)).toEqual(["system", "user", "assistant"]);
      },
    );
  },
);
