import { describe, settled, settledSoon } from "../observe.js";
import { half, hangUp, json, silence, text } from "../provider.js";
import { type AnyScenario, create, type Dialect, stream as streamed } from "./dialect.js";

/** Systems hand out no port as low, and it is not among those that `fetch` refuses to call. */
const CLOSED_PORT = 2;

const STATUSES = [400, 401, 403, 404, 409, 422, 429, 500, 503];

async function iterate(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const chunk of stream) seen.push(describe(chunk));
  return seen;
}

async function leave(stream: AsyncIterable<unknown>): Promise<unknown> {
  return describe(await stream[Symbol.asyncIterator]().return?.());
}

/** Calls that fail, and calls that the application gives up. */
export const failures = (dialect: Dialect): readonly AnyScenario[] => [
  ...STATUSES.map(
    (status): AnyScenario => ({
      name: `is refused with ${status}`,
      spans: ["chat error"],
      async run({ client, provider, sdk }) {
        provider.script(json(dialect.failure(`code_${status}`), status));
        try {
          return await create(dialect, client);
        } catch (error) {
          const kinds = Object.entries(sdk).filter(
            ([name, kind]) => /Error$/.test(name) && typeof kind === "function",
          );
          const matching = kinds
            .filter(([, kind]) => error instanceof (kind as typeof Error))
            .map(([name]) => name);
          return { error: describe(error), matching };
        }
      },
    }),
  ),
  {
    name: "is refused before a stream starts",
    spans: ["chat error"],
    async run({ client, provider }) {
      provider.script(json(dialect.failure("no_stream"), 429));
      return settled(streamed(dialect, client));
    },
  },
  {
    name: "is refused when it asked for the raw response",
    spans: ["chat error"],
    async run({ client, provider }) {
      provider.script(json(dialect.failure("raw"), 404));
      return settled(create(dialect, client).asResponse());
    },
  },
  {
    name: "is refused when it asked for both value and response",
    spans: ["chat error"],
    async run({ client, provider }) {
      provider.script(json(dialect.failure("both"), 404));
      return settled(create(dialect, client).withResponse());
    },
  },
  {
    name: "is retried by the SDK and succeeds",
    spans: ["chat completed"],
    async run({ make, provider }) {
      provider.script(
        json(dialect.failure("slow_down"), 429, { "retry-after-ms": "1" }),
        json(dialect.answer("second try")),
      );
      return describe(await create(dialect, make({ maxRetries: 2 })));
    },
  },
  {
    name: "is retried by the SDK until it gives up",
    spans: ["chat error"],
    async run({ make, provider }) {
      const again = { "retry-after-ms": "1" };
      provider.script(...[500, 502, 503].map((status) => json(dialect.failure("down"), status, again)));
      return settled(create(dialect, make({ maxRetries: 2 })));
    },
  },
  {
    name: "is retried by the SDK before a stream starts",
    spans: ["chat completed"],
    async run({ make, provider }) {
      provider.script(json(dialect.failure("slow_down"), 429, { "retry-after-ms": "1" }));
      const seen: unknown[] = [];
      for await (const chunk of await streamed(dialect, make({ maxRetries: 1 }))) {
        seen.push(describe(chunk));
      }
      return seen;
    },
  },
  {
    name: "finds nobody listening",
    spans: ["chat error"],
    async run({ make }) {
      return settled(create(dialect, make({ baseURL: `http://127.0.0.1:${CLOSED_PORT}/v1` })));
    },
  },
  {
    name: "is hung up on",
    spans: ["chat error"],
    async run({ client, provider }) {
      provider.script(hangUp);
      return settled(create(dialect, client));
    },
  },
  {
    // node-fetch, under version 4, never tells that the body was cut: the call hangs.
    name: "gets an answer that is cut in the middle",
    spans: ["chat error|abandoned"],
    drops: true,
    async run({ client, provider }) {
      provider.script(half(dialect.answer(), "cut"));
      return settledSoon(create(dialect, client));
    },
  },
  {
    name: "gets an answer that is no JSON although it says so",
    spans: ["chat error"],
    async run({ client, provider }) {
      provider.script(text('{"id": "chatcmpl', "application/json"));
      return settled(create(dialect, client));
    },
  },
  {
    name: "gets an empty answer",
    spans: ["chat completed|error"],
    async run({ client, provider }) {
      provider.script(text("", "application/json"));
      return settled(create(dialect, client));
    },
  },
  {
    name: "gets no content",
    spans: ["chat completed"],
    async run({ client, provider }) {
      provider.script((response) => void response.writeHead(204).end());
      return settled(create(dialect, client));
    },
  },
  {
    name: "gets an answer in plain text",
    spans: ["chat completed"],
    async run({ client, provider }) {
      provider.script(text("just words", "text/plain"));
      return settled(create(dialect, client));
    },
  },
  {
    name: "gets bodies of unexpected shapes",
    spans: Array.from({ length: 7 }, () => "chat completed"),
    async run({ client, provider }) {
      const bodies = [
        null,
        [],
        7,
        "words",
        {},
        { choices: null, usage: null },
        { choices: [null], usage: { prompt_tokens: "x" } },
      ];
      provider.script(...bodies.map((body) => json(body)));
      const seen: unknown[] = [];
      for (const _ of bodies) seen.push(await settled(create(dialect, client)));
      return seen;
    },
  },
  {
    name: "gets a gateway's page of HTML",
    spans: ["chat error"],
    async run({ client, provider }) {
      provider.script(text("<html>Bad gateway</html>", "text/html", 502));
      return settled(create(dialect, client));
    },
  },
  {
    name: "gets a success that carries an error",
    spans: ["chat completed|error"],
    async run({ client, provider }) {
      provider.script(json(dialect.failure("inside")));
      return settled(create(dialect, client));
    },
  },
  {
    name: "gets plain JSON, whole or an error, in answer to streamed calls",
    spans: ["chat completed", "chat error", "chat cancelled|completed"],
    async run({ client, provider }) {
      const large = { ...dialect.answer(), padding: "x".repeat(200_000) };
      provider.script(json(dialect.answer()), json(dialect.failure("inside")), json(large));
      const seen: unknown[] = [];
      for (const read of [iterate, iterate, leave]) {
        const { data, response } = await streamed(dialect, client).withResponse();
        seen.push(response.bodyUsed, await settled(read(data)), response.bodyUsed);
      }
      return seen;
    },
  },
  {
    name: "gets plain JSON that is cut in answer to a streamed call",
    spans: ["chat error|completed|abandoned"],
    drops: true,
    async run({ client, provider }) {
      provider.script(half(dialect.answer("word ".repeat(20_000)), "cut"));
      return settledSoon(iterate(await streamed(dialect, client)));
    },
  },
  {
    name: "runs out of time",
    spans: ["chat error"],
    // A fetch that never answers, and no server: whether a request arrives in so short a time is up to the machine.
    async run({ make }) {
      const never = (_: unknown, { signal }: RequestInit) =>
        new Promise((_, reject) => {
          signal?.addEventListener("abort", () => reject(new DOMException("Aborted.", "AbortError")));
        });
      return settled(create(dialect, make({ fetch: never }), dialect.params(), { timeout: 20 }));
    },
  },
  {
    name: "is aborted before it starts",
    spans: ["chat aborted|error"],
    run: async ({ client }) =>
      settled(create(dialect, client, dialect.params(), { signal: AbortSignal.abort() })),
  },
  {
    name: "is aborted while the provider thinks",
    spans: ["chat aborted"],
    async run({ client, provider }) {
      provider.script(silence);
      const controller = new AbortController();
      const promise = create(dialect, client, dialect.params(), { signal: controller.signal });
      const outcome = settled(promise);
      await provider.arrived();
      controller.abort();
      return outcome;
    },
  },
  {
    name: "is aborted with a reason of the application's own",
    spans: ["chat aborted"],
    async run({ client, provider }) {
      provider.script(silence);
      const controller = new AbortController();
      const outcome = settled(create(dialect, client, dialect.params(), { signal: controller.signal }));
      await provider.arrived();
      controller.abort(new RangeError("my reason"));
      return outcome;
    },
  },
  {
    name: "is aborted while the answer arrives",
    spans: ["chat aborted|error"],
    async run({ client, provider }) {
      provider.script(half(dialect.answer(), "hang"));
      const controller = new AbortController();
      const promise = create(dialect, client, dialect.params(), { signal: controller.signal });
      const outcome = settled(promise);
      await promise.asResponse();
      controller.abort();
      return outcome;
    },
  },
  {
    name: "is aborted after it has finished",
    spans: ["chat completed"],
    async run({ client }) {
      const controller = new AbortController();
      const promise = create(dialect, client, dialect.params(), { signal: controller.signal });
      const value = describe(await promise);
      controller.abort();
      return [value, describe(await promise)];
    },
  },
];
