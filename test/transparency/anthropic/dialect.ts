import type { Dialect, Resource } from "../shared/dialect.js";
import { event, FIRST, failure, LAST, MESSAGE_STREAM, message, messageParams, odd, words } from "./bodies.js";

/** How `@anthropic-ai/sdk` says what every generated SDK can say. */
export const anthropicDialect: Dialect = {
  clientClass: "Anthropic",
  path: "/v1/messages",
  resources: [
    "messages",
    "messages.batches",
    "completions",
    "models",
    "beta.messages",
    "beta.messages.batches",
    "beta.files",
  ],
  clientOptions: (origin) => ({ apiKey: "sk-ant-test", baseURL: origin }),
  resource: (client) => (client as unknown as { messages: Resource }).messages,
  params: messageParams,
  answer: (text) => message(text),
  failure: (code) => failure(code),
  textOf: (chunk) => (chunk as { delta?: { text?: string } }).delta?.text ?? null,
  frames: {
    whole: MESSAGE_STREAM,
    first: FIRST,
    end: LAST,
    mark: [],
    words,
    failure: (code) => event(failure(code)),
    malformed: 'event: content_block_delta\ndata: {"type":\n\n',
    odd,
  },
};
