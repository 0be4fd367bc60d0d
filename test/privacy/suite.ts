import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ProviderServer, type Reply } from "../support/provider-server.js";
import { Telemetry, type TelemetryOptions } from "../support/telemetry.js";
import { Canaries, type Exported, exportedBytes } from "./canaries.js";

/** A client whose next answer a call can script, once it knows what it sends. */
export type Scripted<Client> = Client & { nextReply(reply: Reply): void };

/** One way of calling an SDK with marked content, and the marked answers it gets. */
export interface MarkedCall<Client> {
  readonly name: string;
  readonly replies: (mark: Canaries) => Reply | readonly Reply[];
  readonly call: (client: Scripted<Client>, mark: Canaries) => Promise<unknown>;
}

/** Options of an instrumentation that decide where content goes. */
export interface ContentConfig {
  readonly captureMessageContent?: "SPAN_ONLY" | "EVENT_ONLY" | "SPAN_AND_EVENT";
  readonly redact?: <Content>(content: Content) => Content;
}

/** What the suite needs to know of an SDK. */
export interface PrivacySubject<Client> {
  readonly calls: readonly MarkedCall<Client>[];
  /** Instruments the SDK, and returns what undoes it. */
  readonly instrument: (telemetry: Telemetry, config: ContentConfig) => () => void;
  /** Makes a client with this key, base URL and `fetch`. */
  readonly client: (key: string, baseURL: string, fetch: typeof globalThis.fetch, mark: Canaries) => Client;
}

const KEY = `sk-proj-${"secret".repeat(3)}`;
const BASE_URL = "https://user:SECRET_IN_THE_URL@gateway.example/v1?key=SECRET_IN_THE_URL";
const CLEAN = { spans: [], metrics: [], logs: [] };

/** Makes every marked call in every setting of the content options, and looks for the marks in all exports. */
export function describePrivacy<Client>({ calls, instrument, client }: PrivacySubject<Client>): void {
  let provider: ProviderServer;
  let mark: Canaries;
  beforeAll(async () => {
    provider = await ProviderServer.start();
  });
  beforeEach(() => {
    mark = new Canaries();
  });
  afterAll(() => provider.close());

  const leaks = ({ spans, metrics, logs }: Exported) => ({
    spans: mark.leaksIn(spans),
    metrics: mark.leaksIn(metrics),
    logs: mark.leaksIn(logs),
  });

  async function run(marked: MarkedCall<Client>, config: ContentConfig = {}): Promise<Exported> {
    const { captureMessageContent: capture } = config;
    const options: TelemetryOptions = capture === undefined ? {} : { capture };
    const telemetry = new Telemetry(options);
    const undo = instrument(telemetry, config);
    try {
      provider.reset();
      provider.serve("/provider", marked.replies(mark));
      const nextReply = (reply: Reply) => void provider.serve("/provider", reply);
      const plain = client(KEY, BASE_URL, provider.fetchAs("/provider"), mark);
      await marked
        .call(Object.assign(plain as object, { nextReply }) as Scripted<Client>, mark)
        .catch(() => {});
      return exportedBytes(await telemetry.finish());
    } finally {
      undo();
    }
  }

  describe("with content off", () => {
    it.each(calls)("$name leaves no content in any export", async (marked) => {
      const exported = await run(marked);
      expect(mark.count).toBeGreaterThan(0);
      expect(exported.spans).toContain("gen_ai.operation.name");
      expect(leaks(exported)).toEqual(CLEAN);
    });
  });

  describe("with a redact hook that throws", () => {
    const redact = () => {
      throw new Error("redact is broken");
    };
    it.each(calls)("$name leaves no content in any export", async (marked) => {
      expect(leaks(await run(marked, { captureMessageContent: "SPAN_AND_EVENT", redact }))).toEqual(CLEAN);
    });
  });

  describe("with a redact hook that masks", () => {
    const redact = <Content>(content: Content): Content =>
      JSON.parse(JSON.stringify(content).replaceAll(/canary\w+/g, "[masked]")) as Content;

    it.each(calls)("$name leaves nothing masked in any export", async (marked) => {
      const { spans } = leaks(await run(marked, { captureMessageContent: "SPAN_ONLY" }));
      const masked = await run(marked, { captureMessageContent: "SPAN_AND_EVENT", redact });
      expect(leaks(masked)).toEqual(CLEAN);
      expect(masked.spans.includes("[masked]")).toBe(spans.length > 0);
    });
  });

  describe("with content on one signal only", () => {
    it.each(calls)("$name leaves it there and nowhere else", async (marked) => {
      const both = leaks(await run(marked, { captureMessageContent: "SPAN_AND_EVENT" }));
      const onSpans = leaks(await run(marked, { captureMessageContent: "SPAN_ONLY" }));
      expect(onSpans).toEqual({ ...CLEAN, spans: both.spans });
      const onEvents = leaks(await run(marked, { captureMessageContent: "EVENT_ONLY" }));
      expect(onEvents).toEqual({ ...CLEAN, logs: both.logs });
    });
  });

  describe("with content on", () => {
    it.each(calls)("$name leaves no key and no credentials of the base URL in any export", async (marked) => {
      const { spans, metrics, logs } = await run(marked, { captureMessageContent: "SPAN_AND_EVENT" });
      expect(spans + metrics + logs).not.toMatch(/secretsecret|SECRET_IN_THE_URL/);
    });
  });
}
