import type { Dialect, Resource } from "../shared/dialect.js";
import { CHAT_STREAM, chatParams, completion, DONE, data, FIRST, failure, LAST, words } from "./bodies.js";

/** How `openai` says what every generated SDK can say. */
export const openaiDialect: Dialect = {
  clientClass: "OpenAI",
  path: "/chat/completions",
  resources: [
    "chat.completions",
    "beta.chat.completions",
    "responses",
    "embeddings",
    "completions",
    "images",
    "audio.speech",
    "audio.transcriptions",
    "audio.translations",
    "moderations",
    "batches",
    "files",
    "models",
  ],
  clientOptions: (origin) => ({ apiKey: "sk-test", baseURL: `${origin}/v1` }),
  resource: (client) => (client as unknown as { chat: { completions: Resource } }).chat.completions,
  params: chatParams,
  answer: (text) => completion(text),
  failure: (code) => failure(code),
  textOf: (chunk) =>
    (chunk as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? null,
  frames: {
    whole: CHAT_STREAM,
    first: [FIRST],
    end: [LAST],
    mark: [DONE],
    words,
    failure: (code) => data(failure(code)),
    malformed: 'data: {"id":\n\n',
    odd: data,
  },
};
