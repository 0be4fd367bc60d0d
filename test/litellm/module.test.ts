import { createRequire } from "node:module";
import { LiteLLMInstrumentation } from "@kit/instrumentation-litellm";
import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Answers, event, json, ProviderServer, type Reply, script } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";

type Method = (params: object) => Promise<unknown>;

/** Folders of the matrix: all that was ever published. */
const VERSIONS = ["litellm-0.7", "litellm"] as const;
const PARTS = ["completion", "embedding"] as const;

const PARAMS = { model: "gpt-4o-mini", apiKey: "sk-test", messages: [{ role: "user", content: "Hi" }] };
const COMPLETION = {
  id: "c1",
  object: "chat.completion",
  model: "gpt-4o-mini-2024-07-18",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Hello" } }],
  usage: { prompt_tokens: 1_000, completion_tokens: 2_000, total_tokens: 3_000 },
};
const chunk = (delta: object, finish_reason: string | null = null) =>
  event({ id: "c1", model: "gpt-4o-mini-2024-07-18", choices: [{ index: 0, delta, finish_reason }] });
const CHUNKS = [chunk({ role: "assistant", content: "Hel" }), chunk({ content: "lo" }), chunk({}, "stop")];
const STREAM = script([...CHUNKS, event("[DONE]")]);
const OLLAMA = ["It ", "rains ", "."].map((response) => ({
  model: "llama3",
  response,
  done: response === ".",
}));
const REFUSED = json({ error: { message: "Incorrect API key", code: "invalid_api_key" } }, { status: 401 });

/** What an application sees of a call: value or error, plain enough to compare. */
type Way = (call: Method, baseUrl: string) => Promise<unknown>;

async function chunksOf(stream: unknown): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const each of stream as AsyncIterable<unknown>) chunks.push(each);
  return chunks;
}

async function steps(stream: unknown, count: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  const iterator = stream as AsyncGenerator<unknown>;
  for (let step = 0; step < count; step += 1) seen.push(await iterator.next());
  return seen;
}

const WAYS: Readonly<Record<string, readonly [answer: Reply, way: Way]>> = {
  "a whole answer": [json(COMPLETION), (call, baseUrl) => call({ ...PARAMS, baseUrl })],
  "a stream": [STREAM, async (call, baseUrl) => chunksOf(await call({ ...PARAMS, baseUrl, stream: true }))],
  "a stream stepped by hand": [
    STREAM,
    async (call, baseUrl) => steps(await call({ ...PARAMS, baseUrl, stream: true }), 5),
  ],
  "a stream left early": [
    STREAM,
    async (call, baseUrl) => {
      const stream = (await call({ ...PARAMS, baseUrl, stream: true })) as AsyncGenerator<unknown>;
      for await (const first of stream) return [first, await stream.return(undefined)];
    },
  ],
  "a stream that breaks off": [
    script([...CHUNKS.slice(0, 1), "drop"]),
    async (call, baseUrl) => chunksOf(await call({ ...PARAMS, baseUrl, stream: true })),
  ],
  "a refusal": [REFUSED, (call, baseUrl) => call({ ...PARAMS, baseUrl })],
  "a refused stream": [REFUSED, (call, baseUrl) => call({ ...PARAMS, baseUrl, stream: true })],
  "a model that the module does not know": [STREAM, (call) => call({ ...PARAMS, model: "nobody-1" })],
};

describe.each(VERSIONS)("%s", (folder) => {
  const requireHere = createRequire(new URL(`../../matrix/${folder}/package.json`, import.meta.url));
  const litellm = requireHere("litellm") as Record<"completion" | "embedding", Method>;
  const parts = PARTS.map((name) => requireHere(`litellm/dist/src/${name}.js`) as Record<string, Method>);
  /** The copy of the SDK that the module itself uses. */
  const openai = createRequire(requireHere.resolve("litellm"))("openai") as unknown;

  let provider: ProviderServer;
  let instrumentation: LiteLLMInstrumentation;
  let below: OpenAIInstrumentation;
  let telemetry: Telemetry;
  beforeAll(async () => {
    provider = await ProviderServer.start();
  });
  afterAll(() => provider.close());
  beforeEach(() => {
    provider.reset();
    // The module keeps the id of no stream from its callers, and asks nobody about a model that it does not know.
    telemetry = new Telemetry({ except: ["missing_expected"] });
    instrumentation = telemetry.observe(new LiteLLMInstrumentation());
    for (const part of parts) instrumentation.manuallyInstrument(part);
    below = telemetry.observe(new OpenAIInstrumentation());
    below.manuallyInstrument(openai);
  });
  afterEach(() => {
    instrumentation.disable();
    below.disable();
    vi.unstubAllEnvs();
  });

  async function see(answers: Answers, way: Way) {
    const baseUrl = provider.serve("/v1", answers);
    // Before 0.8 chats with OpenAI go where the SDK goes by itself.
    vi.stubEnv("OPENAI_BASE_URL", baseUrl);
    vi.stubEnv("OPENAI_API_KEY", "sk-test");
    const before = provider.requests.length;
    const seen = await way(litellm.completion, baseUrl).then(
      (value) => ({ value }),
      (error: Error & { status?: number }) => ({
        error: [error.constructor.name, error.message, error.status, error.cause],
      }),
    );
    const requests = await Promise.all(
      provider.requests.slice(before).map(async ({ path, body, over }) => ({ path, body, left: await over })),
    );
    return { ...seen, requests };
  }

  describe("an application", () => {
    const compared = async (answer: Reply, way: Way) => {
      instrumentation.disable();
      below.disable();
      const bare = await see(answer, way);
      instrumentation.enable();
      below.enable();
      expect(await see(answer, way)).toEqual(bare);
      const { spans } = await telemetry.finish();
      return spans.map(({ instrumentationScope }) => instrumentationScope.name);
    };

    it.each(Object.entries(WAYS))(
      "sees no difference in %s, and it is one span",
      async (_, [answer, way]) => {
        expect(await compared(answer, way)).toEqual(["@kit/instrumentation-litellm"]);
      },
    );

    it("sees no difference without parameters, which makes no call", async () => {
      expect(await compared(STREAM, (call) => (call as () => Promise<unknown>)())).toEqual([]);
    });

    it("sees functions of the same name and length, and after disabling the original ones", () => {
      const named = parts.map((part, index) => part[PARTS[index] ?? ""]);
      expect(named.map((method) => [method?.name, method?.length])).toEqual(PARTS.map((name) => [name, 1]));
      instrumentation.disable();
      const originals = parts.map((part, index) => part[PARTS[index] ?? ""]);
      expect(originals).not.toEqual(named);
      instrumentation.enable();
      instrumentation.disable();
      expect(parts.map((part, index) => part[PARTS[index] ?? ""])).toEqual(originals);
    });
  });

  describe("a span", () => {
    const spanOf = async (answers: Answers, way: Way) => {
      await see(answers, way);
      return (await telemetry.finish()).onlySpan();
    };

    it("describes a chat: provider, request, usage and cost", async () => {
      const { name, attributes } = await spanOf(json(COMPLETION), (call, baseUrl) =>
        call({ ...PARAMS, baseUrl, temperature: 0, max_tokens: 5 }),
      );
      expect(name).toBe("chat gpt-4o-mini");
      expect(attributes).toMatchObject({
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "openai.api.type": "chat_completions",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.id": "c1",
        "gen_ai.request.temperature": 0,
        "gen_ai.request.max_tokens": 5,
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 1_000,
        "gen_ai.usage.output_tokens": 2_000,
        "kit.cost.usd": 0.00135,
        "server.address": "127.0.0.1",
        "server.port": provider.port,
      });
    });

    it("describes a stream, and says that it reported no usage", async () => {
      const { attributes } = await spanOf(STREAM, async (call, baseUrl) =>
        chunksOf(await call({ ...PARAMS, baseUrl, stream: true })),
      );
      expect(attributes).toMatchObject({
        "gen_ai.request.stream": true,
        "gen_ai.response.time_to_first_chunk": expect.any(Number),
        "gen_ai.response.finish_reasons": ["stop"],
        "kit.usage.missing": true,
      });
    });

    it.each([
      ["a stream left early", { "kit.outcome": "cancelled" }],
      ["a stream that breaks off", { "error.type": expect.any(String) }],
      ["a refusal", { "error.type": "401" }],
      ["a model that the module does not know", { "error.type": "Error", "gen_ai.provider.name": "litellm" }],
    ])("tells of %s", async (name, told) => {
      const [answer, way] = WAYS[name] as (typeof WAYS)[string];
      expect((await spanOf(answer, way)).attributes).toMatchObject(told);
    });

    it("adds up the usage in the chunks of Ollama's streams", async () => {
      const lines = OLLAMA.map((line) => Buffer.from(`${JSON.stringify(line)}\n`));
      let seen: { usage?: { prompt_tokens: number; completion_tokens: number } }[] = [];
      const { attributes } = await spanOf(
        script(lines, { headers: { "content-type": "application/x-ndjson" } }),
        async (call, baseUrl) => {
          seen = (await chunksOf(
            await call({ ...PARAMS, model: "ollama/llama3", baseUrl, stream: true }),
          )) as typeof seen;
        },
      );
      const pieces = seen.map(({ usage }) => usage?.completion_tokens ?? 0);
      expect(attributes).toMatchObject({
        "gen_ai.provider.name": "ollama",
        "gen_ai.usage.input_tokens": seen[0]?.usage?.prompt_tokens,
        "gen_ai.usage.output_tokens": pieces.reduce((sum, piece) => sum + piece, 0),
      });
      expect(pieces).toHaveLength(3);
    });

    it("describes embeddings, without their vectors", async () => {
      const baseUrl = provider.serve("/ollama", json({ embedding: [0.25, 0.5, 0.75] }));
      await litellm.embedding({ model: "ollama/llama3", input: "Hi", baseUrl });
      const { name, attributes } = (await telemetry.finish()).onlySpan();
      expect(name).toBe("embeddings ollama/llama3");
      expect(attributes).toMatchObject({
        "gen_ai.embeddings.dimension.count": 3,
        "gen_ai.usage.input_tokens": 1,
      });
    });

    it("has no content unless capture is enabled", async () => {
      const { attributes } = await spanOf(json(COMPLETION), (call, baseUrl) => call({ ...PARAMS, baseUrl }));
      expect(JSON.stringify(attributes)).not.toMatch(/Hello|"Hi"/);
      telemetry = new Telemetry({ capture: "SPAN_ONLY" });
      instrumentation.disable();
      instrumentation = telemetry.observe(new LiteLLMInstrumentation({ captureMessageContent: true }));
      for (const part of parts) instrumentation.manuallyInstrument(part);
      const asked = await spanOf(json(COMPLETION), (call, baseUrl) => call({ ...PARAMS, baseUrl }));
      expect(asked.attributes["gen_ai.output.messages"]).toContain("Hello");
    });
  });
});
