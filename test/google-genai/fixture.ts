import type { GoogleGenAI } from "@google/genai";
import { event, json, type Reply, script } from "../support/provider-server.js";
import { SECRET } from "../support/ways.js";

export const MODEL = "gemini-2.5-flash";

const answer = (parts: readonly object[], finishReason?: string) => ({
  responseId: "r1",
  modelVersion: "gemini-2.5-flash-001",
  candidates: [{ index: 0, content: { role: "model", parts }, ...(finishReason && { finishReason }) }],
  usageMetadata: { promptTokenCount: 1_000, candidatesTokenCount: 2_000, totalTokenCount: 3_000 },
});

export const ANSWER = json(answer([{ text: `Hello ${SECRET}` }], "STOP"));
export const CALLS_TOOL = json(
  answer([{ functionCall: { id: "c1", name: "look", args: { at: SECRET } } }], "STOP"),
);
const CHUNKS = [
  answer([{ text: "Hel" }]),
  answer([{ text: `lo ${SECRET}` }]),
  answer([{ text: "." }], "STOP"),
];
export const STREAM = script(CHUNKS.map(event));
const CALLING_STREAM = script([answer([{ functionCall: { name: "look", args: {} } }], "STOP")].map(event));
export const REFUSED = json(
  { error: { code: 400, message: "API key not valid.", status: "INVALID_ARGUMENT" } },
  {
    status: 400,
  },
);
export const EMBEDDED = json({ embeddings: [{ values: [0.25, 0.5, 0.75] }] });

export const PARAMS = { model: MODEL, contents: `Where is ${SECRET}?` };

/** A tool that the SDK runs itself. */
const LOOK = {
  tool: async () => ({ functionDeclarations: [{ name: "look" }] }),
  callTool: async () => [{ functionResponse: { name: "look", response: { found: SECRET } } }],
};

/** `arrived` resolves when the server has the request. */
type Way = (ai: GoogleGenAI, arrived: () => Promise<void>) => Promise<unknown>;

async function all(stream: Promise<AsyncIterable<object>>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const chunk of await stream) // Headers have the time of day.
    seen.push([chunk.constructor.name, { ...chunk, sdkHttpResponse: undefined }]);
  return seen;
}

/** What an application does, and the outcome of each span that tells of it. */
export const WAYS: Readonly<
  Record<string, readonly [answers: Reply | readonly Reply[], way: Way, spans: readonly string[]]>
> = {
  "a whole answer": [
    ANSWER,
    async (ai) => {
      const response = await ai.models.generateContent(PARAMS);
      return [response.constructor.name, response.text, response.candidates, response.usageMetadata];
    },
    ["completed"],
  ],
  "a stream": [STREAM, (ai) => all(ai.models.generateContentStream(PARAMS)), ["completed"]],
  "a stream stepped by hand, beyond its end": [
    STREAM,
    async (ai) => {
      const stream = await ai.models.generateContentStream(PARAMS);
      const seen: unknown[] = [];
      for (let step = 0; step < 5; step += 1) {
        const { done, value } = await stream.next();
        seen.push([done, value?.text]);
      }
      return [seen, typeof stream.throw, Object.prototype.toString.call(stream)];
    },
    ["completed"],
  ],
  "a stream left early": [
    STREAM,
    async (ai) => {
      for await (const chunk of await ai.models.generateContentStream(PARAMS)) return chunk.text;
    },
    ["cancelled"],
  ],
  "a stream that breaks off": [
    script([event(CHUNKS[0]), "drop"]),
    (ai) => all(ai.models.generateContentStream(PARAMS)),
    ["error"],
  ],
  "a chat of two turns": [
    [ANSWER, STREAM],
    async (ai) => {
      const chat = ai.chats.create({ model: MODEL });
      const first = await chat.sendMessage({ message: `Hi ${SECRET}` });
      const second = await all(chat.sendMessageStream({ message: "And?" }));
      return [first.text, second, chat.getHistory()];
    },
    ["completed", "completed"],
  ],
  "a tool that the SDK runs": [
    [CALLS_TOOL, ANSWER],
    async (ai) => {
      const response = await ai.models.generateContent({ ...PARAMS, config: { tools: [LOOK] } });
      return [response.text, response.automaticFunctionCallingHistory];
    },
    ["completed", "completed"],
  ],
  "a tool that the SDK runs in a stream": [
    [CALLING_STREAM, STREAM],
    (ai) => all(ai.models.generateContentStream({ ...PARAMS, config: { tools: [LOOK] } })),
    ["completed", "completed"],
  ],
  embeddings: [
    EMBEDDED,
    async (ai) => {
      const { embeddings } = await ai.models.embedContent({
        model: "gemini-embedding-001",
        contents: SECRET,
      });
      return embeddings;
    },
    ["completed"],
  ],
  "a refusal": [REFUSED, (ai) => ai.models.generateContent(PARAMS), ["error"]],
  "a refused stream": [REFUSED, (ai) => ai.models.generateContentStream(PARAMS), ["error"]],
  "an abort before the answer": [
    script(["hang"]),
    async (ai, arrived) => {
      const controller = new AbortController();
      const answer = ai.models.generateContent({ ...PARAMS, config: { abortSignal: controller.signal } });
      await arrived();
      controller.abort();
      return answer;
    },
    ["aborted"],
  ],
  "an abort in the middle of a stream": [
    script([event(CHUNKS[0]), "hang"]),
    async (ai) => {
      const controller = new AbortController();
      const stream = await ai.models.generateContentStream({
        ...PARAMS,
        config: { abortSignal: controller.signal },
      });
      for await (const _ of stream) controller.abort();
    },
    ["aborted"],
  ],
  "parameters that make no request": [ANSWER, (ai) => ai.models.generateContent({} as never), ["error"]],
};
