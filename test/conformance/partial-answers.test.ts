import type OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { event, json, script } from "../support/provider-server.js";
import { run as runAnthropic } from "./anthropic-run.js";
import { run } from "./openai-run.js";

const messages = [{ role: "user" as const, content: "hi" }];
const counted = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };
const told = { input_tokens: 7, output_tokens: 5, total_tokens: 12 };

/** What stands where the API promises a list. */
const NO_LISTS: readonly unknown[] = [undefined, null, {}, "text", 7, [null], ["text"]];

const ID = { "gen_ai.response.id": "id_1" };
const MODEL = { "gen_ai.response.model": "served" };
const INPUT = { "gen_ai.usage.input_tokens": 7 };
const ALL = { ...ID, ...MODEL, ...INPUT, "gen_ai.usage.output_tokens": 5 };

type Ask = (client: OpenAI) => Promise<unknown>;
/** Calls, the member that should be a list, the rest of the answer, and what it says. */
const CALLS: readonly (readonly [name: string, list: string, rest: object, facts: object, Ask])[] = [
  [
    "chat.completions",
    "choices",
    { usage: counted },
    ALL,
    (client) => client.chat.completions.create({ model: "m", messages }),
  ],
  [
    "completions",
    "choices",
    { usage: counted },
    ALL,
    (client) => client.completions.create({ model: "m", prompt: "hi" }),
  ],
  [
    "responses",
    "tools",
    { usage: told, status: "completed", output: [] },
    { ...ALL, "gen_ai.response.finish_reasons": ["stop"] },
    (client) => client.responses.create({ model: "m", input: "hi" }),
  ],
  [
    "embeddings",
    "data",
    { usage: counted },
    { ...MODEL, ...INPUT },
    (client) => client.embeddings.create({ model: "m", input: "hi", encoding_format: "float" }),
  ],
  [
    "images",
    "data",
    { usage: told },
    { ...INPUT, "gen_ai.usage.output_tokens": 5 },
    (client) => client.images.generate({ model: "m", prompt: "hi" }),
  ],
  [
    "moderations",
    "results",
    {},
    { ...ID, ...MODEL },
    (client) => client.moderations.create({ model: "m", input: "hi" }),
  ],
];

const CAPTURED = { capture: "SPAN_ONLY", config: { captureMessageContent: "SPAN_ONLY" } } as const;
const BARE = { capture: "NO_CONTENT", config: { captureMessageContent: "NO_CONTENT" } } as const;
const LACKING = { except: ["missing_expected"] } as const;

describe.each(CALLS)("an answer to %s whose `%s` is no list", (_, list, rest, facts, ask) => {
  it.each(NO_LISTS)("but %j loses nothing else", async (value) => {
    const answer = json({ id: "id_1", model: "served", ...rest, [list]: value });
    for (const mode of [BARE, CAPTURED]) {
      const { onlySpan } = await run(answer, (client) => ask(client), { ...mode, ...LACKING });
      expect(onlySpan().attributes).toMatchObject(facts);
      expect(onlySpan().attributes["error.type"]).toBeUndefined();
    }
  });
});

const SERVED = { id: "id_1", model: "served", status: "completed", usage: told };

describe("a response whose `output` is no list", () => {
  // The SDK itself reads it as one, and throws unless it is.
  const readable = [undefined, null, [null]];

  it.each(NO_LISTS)("but %j loses nothing else when streamed", async (output) => {
    const steps = [
      event({ type: "response.completed", sequence_number: 0, response: { ...SERVED, output } }),
    ];
    for (const mode of [BARE, CAPTURED]) {
      const { onlySpan } = await run(
        script(steps),
        async (client) => {
          for await (const _ of await client.responses.create({ model: "m", input: "hi", stream: true }));
        },
        { ...mode, ...LACKING },
      );
      expect(onlySpan().attributes).toMatchObject({ ...ALL, "gen_ai.response.finish_reasons": ["stop"] });
    }
  });

  it.each(readable)("but %j loses nothing else when fetched or made", async (output) => {
    for (const mode of [BARE, CAPTURED]) {
      const { spans } = await run(
        json({ ...SERVED, output }),
        async (client) => {
          await client.responses.retrieve("id_1").catch(() => {});
          await client.responses.create({ model: "m", input: "hi" }).catch(() => {});
        },
        { ...mode, ...LACKING },
      );
      for (const span of spans) expect(span.attributes).toMatchObject({ ...ID });
    }
  });
});

describe("a chunk whose `choices` is no list", () => {
  it.each(NO_LISTS)("but %j loses nothing else", async (choices) => {
    const chunks = [
      { choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: "stop" }] },
      { choices, usage: counted },
    ];
    const { onlySpan } = await run(
      script(chunks.map((chunk) => event({ id: "id_1", model: "served", ...chunk }))),
      async (client) => {
        for await (const _ of await client.chat.completions.create({ model: "m", messages, stream: true }));
      },
      { ...CAPTURED, ...LACKING },
    );
    expect(onlySpan().attributes).toMatchObject({ ...ALL, "gen_ai.response.finish_reasons": ["stop"] });
    expect(onlySpan().attributes["gen_ai.output.messages"]).toContain("Hi");
  });
});

it("a choice that is none loses the others nothing", async () => {
  const choices = [
    null,
    {
      index: 1,
      message: { role: "assistant", content: ["x", null, { type: "text", text: "Hi" }] },
      finish_reason: "stop",
    },
  ];
  const { onlySpan } = await run(
    json({ id: "id_1", model: "served", choices, usage: counted }),
    (client) => client.chat.completions.create({ model: "m", messages, n: 2 }),
    { ...CAPTURED, ...LACKING },
  );
  expect(onlySpan().attributes).toMatchObject({ ...ALL, "gen_ai.response.finish_reasons": ["stop"] });
  expect(onlySpan().attributes["gen_ai.output.messages"]).toContain("Hi");
});

describe("a message whose `content` is no list", () => {
  it.each(NO_LISTS)("but %j loses nothing else", async (content) => {
    for (const mode of [BARE, CAPTURED]) {
      const { onlySpan } = await runAnthropic(
        json({
          id: "id_1",
          type: "message",
          role: "assistant",
          model: "served",
          content,
          stop_reason: "end_turn",
          usage: told,
        }),
        (client) => client.messages.create({ model: "m", max_tokens: 9, messages }),
        { ...mode, ...LACKING },
      );
      expect(onlySpan().attributes).toMatchObject(ALL);
    }
  });
});
