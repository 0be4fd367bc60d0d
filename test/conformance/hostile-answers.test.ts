import type OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { messageBody } from "../support/provider/anthropic-answers.js";
import { bytes, event, json, type Reply, script } from "../support/provider-server.js";
import { run as runAnthropic } from "./anthropic-run.js";
import { run } from "./openai-run.js";

const messages = [{ role: "user" as const, content: "hi" }];

/** What a gateway, a mock or a compatible server may answer with status 200. */
const BODIES: readonly unknown[] = [
  null,
  42,
  "text",
  [],
  {},
  { choices: null, usage: null },
  { choices: [] },
  { choices: [null] },
  { choices: [{}] },
  { choices: [{ message: null, finish_reason: null }] },
  {
    choices: [
      {
        message: {
          role: null,
          content: [{ type: "text" }, null],
          tool_calls: [null, {}, { function: null }],
        },
      },
    ],
  },
  { choices: [{ message: { content: 7, refusal: 7, reasoning_content: {} }, finish_reason: 7 }] },
  { id: 7, model: 7, system_fingerprint: 7, service_tier: 7, choices: "none" },
  {
    usage: {
      prompt_tokens: "5",
      completion_tokens: -1,
      prompt_tokens_details: 7,
      completion_tokens_details: null,
    },
  },
  { usage: { prompt_tokens: 1.5, completion_tokens: 1e300 } },
  { usage: { prompt_tokens: 5, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 50 } } },
  { data: [null], output: [null, {}, { type: 7 }, { type: "message", content: null }], status: 7, error: 7 },
  {
    data: [{ embedding: null }],
    output: [{ type: "message", content: [null, {}, { type: "output_text" }] }],
  },
  { results: [null], data: null, output: null, text: 7, segments: 7 },
];

type Ask = (client: OpenAI) => Promise<unknown>;
const CALLS: Readonly<Record<string, Ask>> = {
  "chat.completions": (client) => client.chat.completions.create({ model: "m", messages }),
  responses: (client) => client.responses.create({ model: "m", input: "hi" }),
  completions: (client) => client.completions.create({ model: "m", prompt: "hi" }),
  embeddings: (client) => client.embeddings.create({ model: "m", input: "hi", encoding_format: "float" }),
  images: (client) => client.images.generate({ model: "m", prompt: "hi" }),
  moderations: (client) => client.moderations.create({ model: "m", input: "hi" }),
  "batches.create": (client) =>
    client.batches.create({ input_file_id: "f", endpoint: "/v1/responses", completion_window: "24h" }),
};
const STREAMS: Readonly<Record<string, (client: OpenAI) => Promise<AsyncIterable<unknown>>>> = {
  "chat.completions": async (client) =>
    client.chat.completions.create({ model: "m", messages, stream: true }),
  responses: async (client) => client.responses.create({ model: "m", input: "hi", stream: true }),
  completions: async (client) => client.completions.create({ model: "m", prompt: "hi", stream: true }),
};

const CONTENT = { capture: "SPAN_AND_EVENT", config: { captureMessageContent: "SPAN_AND_EVENT" } } as const;
// What such an answer lacks cannot be told; what is told must still have its name and its type.
const LACKING = { except: ["missing_expected", "token_subsets"] } as const;

describe.each(Object.entries(CALLS))("an answer to %s that is not what the API promises", (_, ask) => {
  it.each(BODIES.map((body) => [JSON.stringify(body), body] as const))("%s", async (_, body) => {
    let got: unknown;
    const app = async (client: OpenAI) => {
      got = await ask(client).catch((error: unknown) => error);
    };
    const { spans } = await run(json(body), app, { ...CONTENT, ...LACKING });
    expect(spans).toHaveLength(1);
    if (!(got instanceof Error) && typeof body === "object" && body !== null) expect(got).toMatchObject(body);
  });
});

describe.each(Object.entries(STREAMS))("a stream of %s that is not what the API promises", (_, ask) => {
  it("sends every odd body as an event", async () => {
    // The client itself reads `error` of every event, and throws what it finds.
    const readable = BODIES.filter((body) => typeof body === "object" && body !== null && !("error" in body));
    const events = readable.map(event);
    const seen: unknown[] = [];
    const app = async (client: OpenAI) => {
      for await (const item of await ask(client)) seen.push(item);
    };
    const { spans } = await run(script([...events, event("[DONE]")]), app, { ...CONTENT, ...LACKING });
    expect(spans).toHaveLength(1);
    expect(seen).toHaveLength(events.length);
  });

  it.each<readonly [string, Reply]>([
    ["nothing at all", script([])],
    ["only the end marker", script([event("[DONE]")])],
    ["only comments and blank lines", script([Buffer.from(": keep-alive\n\n\n\n")])],
    ["a whole JSON body instead of events", json({ choices: [], output: [] })],
    ["an HTML page", bytes(Buffer.from("<html>hello</html>"), { headers: { "content-type": "text/html" } })],
  ])("sends %s", async (_, reply) => {
    const app = async (client: OpenAI) => {
      for await (const _ of await ask(client));
    };
    // Without a chunk there is no time to the first one.
    const except = [...LACKING.except, "missing_conditional"] as const;
    const { spans } = await run(reply, (client) => app(client).catch(() => {}), { ...CONTENT, except });
    expect(spans).toHaveLength(1);
  });
});

/** What an answer or an event of anthropic may look like instead. */
const MESSAGES: readonly unknown[] = [
  {},
  { content: null, usage: null },
  { content: [null, {}, { type: 7 }, { type: "text" }, { type: "tool_use" }, { type: "thinking" }] },
  {
    content: [
      { type: "text", text: 7, citations: 7 },
      { type: "tool_use", id: 7, name: 7, input: "text" },
    ],
  },
  { content: "text", stop_reason: 7, model: 7, id: 7, role: 7 },
  { usage: { input_tokens: "5", output_tokens: 1.5, cache_read_input_tokens: -1 } },
  { usage: { input_tokens: 5, output_tokens: 5, server_tool_use: 7, cache_creation: 7 } },
];
const EVENTS: readonly unknown[] = [
  { type: "content_block_delta", index: 5, delta: { type: "text_delta", text: "lost" } },
  { type: "content_block_delta", index: null, delta: null },
  { type: "content_block_start", index: 0, content_block: null },
  { type: "content_block_start", index: "x", content_block: { type: "text", text: null } },
  { type: "content_block_delta", index: "x", delta: { type: "input_json_delta", partial_json: 7 } },
  { type: "content_block_delta", index: "x", delta: { type: "hologram_delta", depth: 3 } },
  { type: "message_delta", delta: null, usage: null },
  { type: "message_delta", delta: { stop_reason: 7 }, usage: { output_tokens: "9" } },
  { type: "message_start", message: null },
  { type: "something_new", payload: [1] },
  { type: "message_stop" },
];
const asked = { model: "m", max_tokens: 9, messages };

describe("an answer of anthropic that is not what the API promises", () => {
  it.each(MESSAGES.map((body) => [JSON.stringify(body), body] as const))("%s", async (_, body) => {
    const { spans } = await runAnthropic(json(body), (client) => client.messages.create(asked), {
      ...CONTENT,
      ...LACKING,
    });
    expect(spans).toHaveLength(1);
  });

  it("streams odd events in the middle of a message", async () => {
    const seen: unknown[] = [];
    const steps = [{ type: "message_start", message: messageBody([], null) }, ...(EVENTS as object[])];
    const app = async (client: Parameters<Parameters<typeof runAnthropic>[1]>[0]) => {
      for await (const item of await client.messages.create({ ...asked, stream: true })) seen.push(item);
    };
    const { spans } = await runAnthropic(script(steps), (client) => app(client).catch(() => {}), {
      ...CONTENT,
      ...LACKING,
    });
    expect(spans).toHaveLength(1);
    expect(seen.length).toBeGreaterThan(1);
  });
});

describe("an error with status 200 whose code is a sentence", () => {
  const code = "nobody may say: hi";

  it.each<keyof typeof CALLS>(["chat.completions", "responses"])(
    "of %s tells nothing of it",
    async (name) => {
      const { onlySpan } = await run(
        json({ error: { code, message: "no" } }),
        (client) => CALLS[name]?.(client) as never,
      );
      expect(onlySpan().attributes["error.type"]).toBe("_OTHER");
      expect(onlySpan().status).toMatchObject({ code: 2, message: "no" });
    },
  );

  it("of Anthropic's API tells nothing of it", async () => {
    const { onlySpan } = await runAnthropic(
      json({ type: "error", error: { type: code, message: "no" } }),
      (client) => client.messages.create({ model: "m", max_tokens: 1, messages }),
    );
    expect(onlySpan().attributes["error.type"]).toBe("_OTHER");
  });
});
