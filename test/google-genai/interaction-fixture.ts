import type { GoogleGenAI } from "@google/genai";
import { event, json, type Reply, script } from "../support/provider-server.js";
import { SECRET } from "../support/ways.js";

export const MODEL = "gemini-2.5-flash";

export const USAGE = {
  total_input_tokens: 1_000,
  total_output_tokens: 1_500,
  total_thought_tokens: 500,
  total_cached_tokens: 0,
  total_tool_use_tokens: 0,
  total_tokens: 3_000,
  input_tokens_by_modality: [{ modality: "text", tokens: 1_000 }],
};
const said = (text: string) => ({ type: "model_output", content: [{ type: "text", text }] });
const thought = (text: string) => ({ type: "thought", signature: "s", summary: [{ type: "text", text }] });
export const whole = (more: object = {}) => ({
  id: "i1",
  object: "interaction",
  model: MODEL,
  status: "completed",
  steps: [thought(`Hm ${SECRET}.`), said(`Hello ${SECRET}`)],
  usage: USAGE,
  ...more,
});

export const events = (id: string, status: string, more: object = {}) => [
  { event_type: "interaction.created", interaction: { id, model: MODEL, status: "in_progress" } },
  { event_type: "step.start", index: 0, step: { type: "thought" } },
  {
    event_type: "step.delta",
    index: 0,
    delta: { type: "thought_summary", content: { type: "text", text: `Hm ${SECRET}.` } },
  },
  { event_type: "step.stop", index: 0 },
  { event_type: "step.start", index: 1, step: { type: "model_output" } },
  { event_type: "step.delta", index: 1, delta: { type: "text", text: "Hel" } },
  { event_type: "step.delta", index: 1, delta: { type: "text", text: `lo ${SECRET}` } },
  { event_type: "step.stop", index: 1 },
  { event_type: "interaction.completed", interaction: { id, model: MODEL, status, usage: USAGE, ...more } },
];
export const streamed = (events: readonly object[]) => script(events.map(event));
const STREAM = streamed(events("i1", "completed"));
export const ASKED = { model: MODEL, input: `Where is ${SECRET}?` };

type Way = (ai: GoogleGenAI, arrived: () => Promise<void>) => Promise<unknown>;

async function all(stream: Promise<AsyncIterable<object>>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const each of await stream) seen.push(each);
  return seen;
}

/** What was answered, without what differs in every answer. */
function told(interaction: object) {
  return { ...interaction, sdkHttpResponse: undefined };
}

/** What an application does with interactions, and the outcome of each span that tells of it. */
export const WAYS: Readonly<
  Record<string, readonly [answers: Reply | readonly Reply[], way: Way, spans: readonly string[]]>
> = {
  "a whole interaction": [
    json(whole()),
    async (ai) => told(await ai.interactions.create(ASKED)),
    ["completed"],
  ],
  "an interaction in the background, fetched": [
    [json(whole({ status: "in_progress", steps: [], usage: undefined })), json(whole())],
    async (ai) => {
      const { id } = await ai.interactions.create({ ...ASKED, background: true });
      return told(await ai.interactions.get(id ?? ""));
    },
    ["completed", "completed"],
  ],
  "a stream": [STREAM, (ai) => all(ai.interactions.create({ ...ASKED, stream: true })), ["completed"]],
  "a stream that the SDK does not continue": [
    STREAM,
    (ai) =>
      all(
        ai.interactions.create({
          ...ASKED,
          stream: true,
          continuation_token: "t",
          automatic_continuation: false,
        }),
      ),
    ["completed"],
  ],
  "a fetched stream": [STREAM, (ai) => all(ai.interactions.get("i1", { stream: true })), ["completed"]],
  "a fetched stream left early": [
    STREAM,
    async (ai) => {
      for await (const each of await ai.interactions.get("i1", { stream: true })) return each;
    },
    ["cancelled"],
  ],
  "a stream left early": [
    STREAM,
    async (ai) => {
      for await (const each of await ai.interactions.create({ ...ASKED, stream: true })) return each;
    },
    ["cancelled"],
  ],
  "a stream read by a reader, which is cancelled": [
    STREAM,
    async (ai) => {
      const stream = (await ai.interactions.create({ ...ASKED, stream: true })) as unknown as ReadableStream;
      const reader = stream.getReader();
      const first = await reader.read();
      await reader.cancel();
      return [first, stream.constructor.name, stream.locked];
    },
    ["cancelled"],
  ],
  "a stream that breaks off": [
    script([...events("i1", "completed").slice(0, 3).map(event), "drop"]),
    (ai) => all(ai.interactions.create({ ...ASKED, stream: true })),
    ["error"],
  ],
  "a stream that tells of an error": [
    streamed([
      ...events("i1", "completed").slice(0, 3),
      { event_type: "error", error: { code: "internal", message: SECRET } },
    ]),
    (ai) => all(ai.interactions.create({ ...ASKED, stream: true })),
    ["error"],
  ],
  "a refusal": [
    json({ error: { code: 400, message: "Bad.", status: "INVALID_ARGUMENT" } }, { status: 400 }),
    (ai) => ai.interactions.create(ASKED),
    ["error"],
  ],
  "a refused stream": [
    json({ error: { code: 400, message: "Bad.", status: "INVALID_ARGUMENT" } }, { status: 400 }),
    (ai) => ai.interactions.create({ ...ASKED, stream: true }),
    ["error"],
  ],
  "an interaction that failed": [
    json(whole({ status: "failed", steps: [], errors: [{ code: "internal", message: `Not "${SECRET}".` }] })),
    async (ai) => told(await ai.interactions.create(ASKED)),
    ["error"],
  ],
  "an abort before the answer": [
    script(["hang"]),
    async (ai, arrived) => {
      const controller = new AbortController();
      const answer = ai.interactions.create(ASKED, { fetch_options: { signal: controller.signal } });
      await arrived();
      controller.abort();
      return answer;
    },
    ["aborted"],
  ],
  "an abort in the middle of a stream": [
    script([event(events("i1", "completed")[0]), "hang"]),
    async (ai) => {
      const controller = new AbortController();
      const options = { fetch_options: { signal: controller.signal } };
      for await (const _ of await ai.interactions.create({ ...ASKED, stream: true }, options))
        controller.abort();
    },
    ["aborted"],
  ],
};
