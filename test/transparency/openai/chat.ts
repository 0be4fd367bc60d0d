import { describe, readAll, settled, shape } from "../observe.js";
import { json, sse } from "../provider.js";
import {
  chatParams,
  chunk,
  completion,
  completionWithChoices,
  DONE,
  data,
  FIRST,
  failure,
  LAST,
  streamParams,
  toolStream,
  words,
} from "./bodies.js";
import type { OpenAIApp, OpenAIScenario } from "./scenario.js";

/** What chat calls of OpenAI have and other providers have not. */
export const chat: readonly OpenAIScenario[] = [
  {
    name: "asks for several choices",
    spans: ["chat completed"],
    async run({ client, provider }) {
      provider.script(json(completionWithChoices(3)));
      return describe(await client.chat.completions.create({ ...chatParams(), n: 3 }));
    },
  },
  {
    name: "reads a stream without usage, and its request is left alone",
    spans: ["chat completed"],
    async run({ client, provider }) {
      provider.script(sse([FIRST, ...words("a", "b"), LAST, DONE]));
      return readAll(await client.chat.completions.create({ ...chatParams(), stream: true }));
    },
  },
  {
    name: "reads interleaved choices and tool calls",
    spans: ["chat completed", "chat completed"],
    async run({ client, provider }) {
      const choices = [0, 1, 0, 1].map((index) => data(chunk({ content: `c${index}` }, null, index)));
      const ends = [0, 1].map((index) => data(chunk({}, "stop", index)));
      provider.script(sse([...choices, ...ends, DONE]), sse(toolStream("weather", '{"city":"Oslo"}')));
      const both = [await client.chat.completions.create({ ...streamParams(), n: 2 })];
      both.push(await client.chat.completions.create(streamParams()));
      return Promise.all(both.map((stream) => readAll(stream)));
    },
  },
  {
    name: "calls Azure",
    needs: ({ sdk }) => "AzureOpenAI" in sdk,
    spans: ["chat completed", "chat completed", "chat error"],
    async run({ sdk, provider }) {
      const options = { apiKey: "az", apiVersion: "2024-10-21", endpoint: provider.origin, maxRetries: 0 };
      const client = new sdk.AzureOpenAI(options);
      provider.script(json(completion()));
      const value = describe(await client.chat.completions.create(chatParams()));
      const chunks: unknown[] = [];
      for await (const chunk of await client.chat.completions.create(streamParams()))
        chunks.push(describe(chunk));
      provider.script(json(failure("DeploymentNotFound"), 404));
      return [value, chunks, await settled(client.chat.completions.create(chatParams())), shape(client)];
    },
  },
  {
    name: "sends headers, query and an idempotency key of its own",
    spans: ["chat completed"],
    async run({ client }: OpenAIApp) {
      const options = {
        headers: { "x-mine": "1", authorization: "Bearer mine" },
        query: { a: "b" },
        idempotencyKey: "key-1",
      };
      return describe(await client.chat.completions.create(chatParams(), options));
    },
  },
];
