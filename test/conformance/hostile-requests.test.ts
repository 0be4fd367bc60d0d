import { describe, expect, it } from "vitest";
import { message } from "../support/provider/anthropic-answers.js";
import { completion } from "../support/provider/openai-answers.js";
import { run as runAnthropic } from "./anthropic-run.js";
import { run } from "./openai-run.js";

const CONTENT = { capture: "SPAN_AND_EVENT", config: { captureMessageContent: "SPAN_AND_EVENT" } } as const;
const long = "é𝄞".repeat(20_000);

/** Histories that untyped code, other frameworks or newer APIs send. The provider decides, not the telemetry. */
const HISTORIES: readonly unknown[] = [
  undefined,
  null,
  "hi",
  7,
  {},
  [],
  [null],
  [undefined, {}],
  ["hi"],
  [{ role: "user" }],
  [{ role: "user", content: null }],
  [{ role: "user", content: 7 }],
  [{ role: "user", content: { text: "hi" } }],
  [{ role: "user", content: [null, "hi", 7, {}] }],
  [
    {
      role: "user",
      content: [{ type: "text" }, { type: "text", text: null }, { type: "image_url" }, { type: "image" }],
    },
  ],
  [
    {
      role: "user",
      content: [
        { type: "image_url", image_url: null },
        { type: "input_audio", input_audio: null },
        { type: "file" },
      ],
    },
  ],
  [
    {
      role: "user",
      content: [
        { type: "image", source: null },
        { type: "document", source: { type: "text" } },
      ],
    },
  ],
  [{ role: "user", content: [{ type: "hologram", depth: 3 }] }],
  [{ role: 7, content: "hi" }],
  [
    { role: "assistant", tool_calls: null },
    { role: "assistant", tool_calls: [null, {}, { function: {} }] },
  ],
  [
    {
      role: "assistant",
      tool_calls: [{ id: 7, type: "function", function: { name: null, arguments: { already: "parsed" } } }],
    },
  ],
  [
    {
      role: "assistant",
      content: [{ type: "tool_use" }, { type: "tool_use", id: 7, name: null, input: "text" }],
    },
  ],
  [{ role: "tool" }, { role: "tool", content: { any: "thing" }, tool_call_id: 7 }],
  [
    {
      role: "user",
      content: [{ type: "tool_result" }, { type: "tool_result", tool_use_id: 7, content: null }],
    },
  ],
  [{ role: "user", content: long, name: 7 }],
  [{ role: "user", content: [{ type: "text", text: long }] }],
  [{ role: "user", content: "\ud800 half a character, \u0000 and a null byte" }],
];

/** Parameters that are not of the type the API names. */
const PARAMETERS: readonly Readonly<Record<string, unknown>>[] = [
  { model: undefined },
  { model: null },
  { model: "" },
  { model: 7 },
  { temperature: "0.5", top_p: null, max_tokens: "100", seed: 1.5, n: "2", top_k: "3" },
  { temperature: Number.NaN, max_tokens: Number.POSITIVE_INFINITY },
  { stop: null, stop_sequences: "END", frequency_penalty: {} },
  { stop: [1, null], stop_sequences: [null] },
  { tools: null, tool_choice: null },
  { tools: {}, functions: "all" },
  { tools: [null, {}, { type: "function" }, { type: "function", function: null }, { name: 7 }] },
  { response_format: "json", modalities: "audio", reasoning_effort: 7, output_config: 7 },
  { response_format: { type: 7 }, service_tier: 7, system: 7, thinking: "yes" },
  { system: [null, {}, { type: "text" }], metadata: "none" },
];

const name = (value: unknown) => (JSON.stringify(value) ?? "undefined").slice(0, 90);

describe("a request to openai that is not what the API asks for", () => {
  const ask = (params: object) =>
    run(
      completion(),
      (client) => client.chat.completions.create({ model: "m", messages: [], ...params } as never),
      // Without a model there is none to tell.
      "model" in params ? { ...CONTENT, except: ["missing_required"] } : CONTENT,
    );

  it.each(HISTORIES.map((messages) => [name(messages), messages] as const))(
    "messages: %s",
    async (_, messages) => {
      expect((await ask({ messages })).spans).toHaveLength(1);
    },
  );

  it.each(PARAMETERS.map((params) => [name(params), params] as const))("%s", async (_, params) => {
    expect((await ask(params)).spans).toHaveLength(1);
  });
});

describe("a request to the responses API that is not what the API asks for", () => {
  it.each(HISTORIES.map((input) => [name(input), input] as const))("input: %s", async (_, input) => {
    const { spans } = await run(
      completion(),
      (client) => client.responses.create({ model: "m", input, instructions: input } as never),
      { ...CONTENT, except: ["missing_expected"] },
    );
    expect(spans).toHaveLength(1);
  });
});

describe("a request to anthropic that is not what the API asks for", () => {
  // The SDK itself throws on some of these; then the failed call is what is told.
  const ask = (params: object) =>
    runAnthropic(
      message(),
      async (client) => {
        const asked = { model: "m", max_tokens: 9, messages: [], ...params };
        try {
          await client.messages.create(asked as never, { timeout: 60_000 });
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      },
      CONTENT,
    );

  it.each(HISTORIES.map((messages) => [name(messages), messages] as const))(
    "messages: %s",
    async (_, messages) => {
      expect((await ask({ messages })).spans).toHaveLength(1);
    },
  );

  it.each(PARAMETERS.map((params) => [name(params), params] as const))("%s", async (_, params) => {
    expect((await ask(params)).spans).toHaveLength(1);
  });
});
