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

const TWO_CALLS = json(
  answer(
    [
      { functionCall: { id: "c1", name: "look", args: { at: SECRET } } },
      { functionCall: { id: "c2", name: "fail", args: {} } },
      { functionCall: { id: "c3", name: "look", args: { at: "b" } } },
    ],
    "STOP",
  ),
);
const CALLING_CHUNKS = script(
  [
    answer([{ functionCall: { name: "look", args: { at: 1 } } }]),
    answer([{ functionCall: { name: "fail", args: {} } }], "STOP"),
  ].map(event),
);

/** Several functions in one object, which keeps what it was asked in a private member. */
class Toolbox {
  readonly #seen: unknown[] = [];
  opened = 0;

  get seen() {
    return [...this.#seen, this.opened];
  }

  tool() {
    this.opened += 1;
    const functionDeclarations = [{ name: "look", description: "Looks." }, { name: "fail" }];
    return Promise.resolve({ functionDeclarations });
  }

  async callTool(calls: readonly { id?: string; name?: string; args?: unknown }[]) {
    this.#seen.push(calls);
    return calls.map(({ id, name, args }) => {
      const response = name === "fail" ? { error: SECRET } : { found: args };
      return { functionResponse: { ...(id && { id }), name, response } };
    });
  }
}

/** An object of the application's own, which relies on being itself. */
const stateful = () => ({
  ready: false,
  asked: [] as unknown[],
  async tool() {
    this.ready = true;
    return { functionDeclarations: [{ name: "other" }, { name: "look" }] };
  },
  async callTool(calls: unknown) {
    this.asked.push(this.ready, calls);
    return [{ functionResponse: { name: "look", response: { found: SECRET } } }];
  },
});

const FAILING = {
  tool: async () => ({ functionDeclarations: [{ name: "look" }] }),
  callTool: async () => {
    throw new TypeError(`not ${SECRET}`);
  },
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
    ["completed", "completed", "completed"],
  ],
  "a tool that the SDK runs in a stream": [
    [CALLING_STREAM, STREAM],
    (ai) => all(ai.models.generateContentStream({ ...PARAMS, config: { tools: [LOOK] } })),
    ["completed", "completed", "completed"],
  ],
  "several calls at once, to objects with members of their own": [
    [TWO_CALLS, ANSWER],
    async (ai) => {
      const [tools, other] = [new Toolbox(), { ...LOOK, tool: async () => ({ functionDeclarations: [] }) }];
      const response = await ai.models.generateContent({ ...PARAMS, config: { tools: [tools, other] } });
      return [response.text, tools.seen, response.automaticFunctionCallingHistory];
    },
    ["completed", "completed", "error", "completed", "completed"],
  ],
  "several calls in a stream, and what the SDK changes in the parameters": [
    [CALLING_CHUNKS, STREAM],
    async (ai) => {
      const tools = new Toolbox();
      const responseSchema = { $schema: "https://json-schema.org/draft/2020-12/schema", type: "object" };
      const params = { ...PARAMS, config: { tools: [tools], responseSchema } };
      const chunks = await all(ai.models.generateContentStream(params));
      return [chunks, tools.seen, params];
    },
    ["completed", "error", "completed", "completed"],
  ],
  "a tool in a chat, that is frozen and keeps state elsewhere": [
    [CALLS_TOOL, ANSWER, ANSWER],
    async (ai) => {
      const tool = stateful();
      const config = Object.freeze({ tools: Object.freeze([tool]) as never, temperature: 0 });
      const chat = ai.chats.create({ model: MODEL, config });
      const first = await chat.sendMessage({ message: SECRET });
      const second = await chat.sendMessage({ message: "And?" });
      return [first.text, second.text, tool.ready, tool.asked, chat.getHistory()];
    },
    ["completed", "completed", "completed", "completed"],
  ],
  "everything frozen": [
    [CALLS_TOOL, ANSWER],
    async (ai) => {
      const config = Object.freeze({ tools: [Object.freeze({ ...LOOK })] });
      return (await ai.models.generateContent(Object.freeze({ ...PARAMS, config }))).text;
    },
    ["completed", "completed", "completed"],
  ],
  "a function that is a schema, beside a tool": [
    [CALLS_TOOL, ANSWER],
    async (ai) => {
      const schema = Object.assign(() => {}, { type: "object", toJSON: () => ({ type: "object" }) });
      const config = { tools: [LOOK], responseMimeType: "application/json", responseJsonSchema: schema };
      return (await ai.models.generateContent({ ...PARAMS, config })).text;
    },
    ["completed", "completed", "completed"],
  ],
  "a tool that throws": [
    [CALLS_TOOL, ANSWER],
    (ai) => ai.models.generateContent({ ...PARAMS, config: { tools: [FAILING] } }),
    ["completed", "error"],
  ],
  "a tool that throws in a stream": [
    [CALLING_STREAM, STREAM],
    (ai) => all(ai.models.generateContentStream({ ...PARAMS, config: { tools: [FAILING] } })),
    ["error", "cancelled"],
  ],
  "a tool that the SDK is not to run": [
    CALLS_TOOL,
    async (ai) => {
      const config = { tools: [LOOK], automaticFunctionCalling: { disable: true } };
      return (await ai.models.generateContent({ ...PARAMS, config })).functionCalls;
    },
    ["completed"],
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
