import type OpenAI from "openai";
import { bytes, json, type Reply } from "../support/provider-server.js";
import type { Canaries } from "./canaries.js";
import { chatParams } from "./openai-chat-calls.js";
import type { MarkedCall, Scripted } from "./suite.js";

type Marked = MarkedCall<OpenAI>;

const failure = (status: number, error: object) => json({ error }, { status });

/** Refused calls whose errors repeat what was sent. */
export const FAILED_CALLS: readonly Marked[] = [
  {
    name: "an error that quotes the prompt",
    replies: () => [],
    call: (client, mark) =>
      failing(client, mark, (prompt) =>
        failure(400, { message: `Invalid value: '${prompt}'.`, code: "invalid" }),
      ),
  },
  {
    name: "an error that repeats the beginning of the prompt",
    replies: () => [],
    call: (client, mark) =>
      failing(client, mark, (prompt) =>
        failure(400, { message: `Bad input ${prompt.slice(0, 30)}...`, code: "invalid" }),
      ),
  },
  {
    name: "a validation error that echoes the request",
    replies: () => [],
    call: (client, mark) =>
      failing(client, mark, (prompt) =>
        json({ detail: [{ loc: ["body"], msg: "bad", input: [{ content: prompt }] }] }, { status: 422 }),
      ),
  },
  {
    name: "an error page of a proxy that echoes the request",
    replies: () => [],
    call: (client, mark) =>
      failing(client, mark, (prompt) =>
        bytes(Buffer.from(`Bad gateway while sending ${prompt}`), {
          status: 502,
          headers: { "content-type": "text/plain" },
        }),
      ),
  },
  {
    name: "a refused key",
    replies: () =>
      failure(401, {
        message: `Incorrect API key provided: sk-proj-${"secret".repeat(3)}.`,
        code: "invalid_api_key",
      }),
    call: (client, mark) => client.chat.completions.create(chatParams(mark)),
  },
];

async function failing(
  client: Scripted<OpenAI>,
  mark: Canaries,
  reply: (prompt: string) => Reply,
): Promise<unknown> {
  const messages = [{ role: "user" as const, content: mark.text("echoed prompt") }];
  client.nextReply(reply(messages[0]?.content ?? ""));
  return client.chat.completions.create({ model: "gpt-test", messages });
}
