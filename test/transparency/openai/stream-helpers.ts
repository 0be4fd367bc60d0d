import { describe, type Seen, settled, shape } from "../observe.js";
import { json, sse } from "../provider.js";
import {
  CHAT_STREAM,
  chatParams,
  completion,
  completionWithTools,
  DONE,
  data,
  FIRST,
  failure,
  streamParams,
  toolCall,
  toolStream,
  words,
} from "./bodies.js";
import type { OpenAIApp, OpenAIScenario } from "./scenario.js";

const EVENTS = [
  "connect",
  "chunk",
  "content",
  "content.delta",
  "content.done",
  "refusal.delta",
  "refusal.done",
  "tool_calls.function.arguments.delta",
  "tool_calls.function.arguments.done",
  "message",
  "chatCompletion",
  "finalContent",
  "finalMessage",
  "finalChatCompletion",
  "functionCall",
  "functionToolCall",
  "functionToolCallResult",
  "functionCallResult",
  "finalFunctionCall",
  "finalFunctionToolCall",
  "finalFunctionToolCallResult",
  "totalUsage",
  "error",
  "abort",
  "end",
] as const;

/** `chat.completions` of this version, with `parse`, `stream` and `runTools`: under `beta` in version 4. */
export function helpersOf({ client }: Pick<OpenAIApp, "client">) {
  const { chat, beta } = client as typeof client & { beta?: { chat?: typeof client.chat } };
  return typeof chat.completions.runTools === "function"
    ? chat.completions
    : (beta?.chat ?? chat).completions;
}

interface Emitter {
  on(event: never, listener: (...args: unknown[]) => void): unknown;
}

/** Writes down every event of a helper with what came along. */
export function listen(helper: unknown): unknown[] {
  const log: unknown[] = [];
  for (const event of EVENTS)
    (helper as Emitter).on(event as never, (...args) => log.push([event, describe(args)]));
  return log;
}

const canParse = (app: OpenAIApp) => typeof helpersOf(app).parse === "function";

/** The SDK's stream helper and `parse`, which stand on `create`. */
export const helpers: readonly OpenAIScenario[] = [
  {
    name: "listens to every event of the stream helper",
    spans: ["chat completed"],
    async run(app) {
      const helper = helpersOf(app).stream(streamParams());
      const log = listen(helper);
      await helper.done();
      return { shape: shape(helper), log, final: describe(await helper.finalChatCompletion()) };
    },
  },
  {
    name: "takes every final of the stream helper",
    spans: ["chat completed"],
    async run(app) {
      const helper = helpersOf(app).stream(streamParams());
      const finals = [
        helper.finalContent(),
        helper.finalMessage(),
        helper.finalChatCompletion(),
        helper.totalUsage(),
        helper.done(),
      ];
      const seen = describe(await Promise.all(finals));
      return {
        seen,
        messages: describe(helper.messages),
        ended: helper.ended,
        aborted: helper.aborted,
        errored: helper.errored,
      };
    },
  },
  {
    name: "listens to the arguments of streamed tool calls",
    spans: ["chat completed"],
    async run(app) {
      app.provider.script(sse(toolStream("weather", '{"city":"Oslo"}')));
      const helper = helpersOf(app).stream(streamParams());
      const log = listen(helper);
      await helper.done();
      return log;
    },
  },
  {
    name: "loops over the stream helper",
    spans: ["chat completed"],
    async run(app) {
      const seen: Seen[] = [];
      for await (const part of helpersOf(app).stream(streamParams())) seen.push(describe(part));
      return seen;
    },
  },
  {
    // The helper of version 4.19 goes on reading after the break, until the provider is gone.
    name: "breaks out of a loop over the stream helper",
    spans: ["chat cancelled|error"],
    async run(app) {
      app.provider.script(sse(CHAT_STREAM.slice(0, 4), { after: "hang" }));
      const helper = helpersOf(app).stream(streamParams());
      const log = listen(helper);
      for await (const _ of helper) break;
      await app.provider.quiet();
      return [log, helper.aborted, helper.ended, helper.controller.signal.aborted];
    },
  },
  {
    name: "aborts the stream helper",
    spans: ["chat aborted"],
    async run(app) {
      app.provider.script(sse(CHAT_STREAM.slice(0, 4), { after: "hang" }));
      const helper = helpersOf(app).stream(streamParams());
      const log = listen(helper);
      helper.on("content", () => helper.abort());
      const done = await settled(helper.done());
      return { log, done, aborted: helper.aborted };
    },
  },
  {
    name: "starts the stream helper and looks away",
    spans: ["chat completed"],
    async run(app) {
      helpersOf(app).stream(streamParams());
      await app.provider.arrived();
      await app.provider.quiet();
    },
  },
  {
    name: "meets a refusal in the stream helper",
    spans: ["chat error"],
    async run(app) {
      app.provider.script(json(failure("helper"), 400));
      const helper = helpersOf(app).stream(streamParams());
      const log = listen(helper);
      return {
        log,
        done: await settled(helper.done()),
        final: await settled(helper.finalContent()),
        errored: helper.errored,
      };
    },
  },
  {
    name: "meets a refusal in the stream helper that nobody handles",
    spans: ["chat error"],
    async run(app) {
      app.provider.script(json(failure("helper"), 400));
      const helper = helpersOf(app).stream(streamParams());
      await app.reported();
      return helper.errored;
    },
  },
  {
    name: "meets an error event and a cut in the stream helper",
    spans: ["chat error", "chat error"],
    async run(app) {
      app.provider.script(
        sse([FIRST, data(failure("inside"))]),
        sse([FIRST, ...words("a")], { after: "cut" }),
      );
      const seen: unknown[] = [];
      for (let call = 0; call < 2; call += 1) {
        const helper = helpersOf(app).stream(streamParams());
        const log = listen(helper);
        seen.push(await settled(helper.done()), log);
      }
      return seen;
    },
  },
  {
    name: "reads a stream helper that ends before its answer is whole",
    spans: ["chat completed|error"],
    async run(app) {
      app.provider.script(sse([FIRST, ...words("a"), DONE]));
      return settled(helpersOf(app).stream(streamParams()).finalChatCompletion());
    },
  },
  {
    name: "throws in a listener of the stream helper",
    spans: ["chat aborted|cancelled|error|completed"],
    async run(app) {
      const helper = helpersOf(app).stream(streamParams());
      helper.on("content", () => {
        throw new RangeError("the application's own");
      });
      return settled(helper.done());
    },
  },
  {
    name: "reads the stream helper as a web stream and back",
    spans: ["chat completed"],
    async run(app) {
      const helper = helpersOf(app).stream(streamParams());
      const kind = helper.constructor as unknown as {
        fromReadableStream(source: unknown): { finalContent(): Promise<string> };
      };
      return kind.fromReadableStream(helper.toReadableStream()).finalContent();
    },
  },
  {
    name: "parses a structured answer with a schema",
    needs: canParse,
    spans: ["chat completed"],
    async run(app) {
      app.provider.script(json(completion('{"city":"Oslo","degrees":7}')));
      const promise = helpersOf(app).parse({ ...chatParams(), response_format: await forecastFormat(app) });
      const value = await promise;
      return { shape: shape(promise), value: describe(value), again: (await promise) === value };
    },
  },
  {
    name: "takes a parsed answer and the response together",
    needs: canParse,
    spans: ["chat completed"],
    async run(app) {
      app.provider.script(json(completion('{"city":"Oslo","degrees":7}')));
      const { data: value, response } = await helpersOf(app)
        .parse({ ...chatParams(), response_format: await forecastFormat(app) })
        .withResponse();
      return { value: describe(value), response: describe(response) };
    },
  },
  {
    name: "takes the raw response of a parsing call",
    needs: canParse,
    spans: ["chat raw"],
    async run(app) {
      const response = await helpersOf(app).parse(chatParams()).asResponse();
      return { used: response.bodyUsed, body: await response.text() };
    },
  },
  {
    name: "parses the arguments of tool calls",
    needs: canParse,
    spans: ["chat completed"],
    async run(app) {
      app.provider.script(json(completionWithTools(toolCall("weather", { city: "Oslo" }))));
      const zod = await app.load<typeof import("openai/helpers/zod")>("openai/helpers/zod");
      const { z } = await app.load<typeof import("zod")>("zod");
      const weather = zod.zodFunction({
        name: "weather",
        parameters: z.object({ city: z.string() }) as never,
      });
      return describe(await helpersOf(app).parse({ ...chatParams(), tools: [weather] }));
    },
  },
  {
    name: "parses an answer that does not fit the schema",
    needs: canParse,
    spans: ["chat completed|error"],
    async run(app) {
      app.provider.script(json(completion('{"city":7}')));
      return settled(helpersOf(app).parse({ ...chatParams(), response_format: await forecastFormat(app) }));
    },
  },
  {
    name: "parses an answer that was cut for its length or filtered, and one that was refused",
    needs: canParse,
    spans: ["chat completed|error", "chat completed|error", "chat completed"],
    async run(app) {
      app.provider.script(
        json(completion('{"city":', {}, "length")),
        json(completion("", {}, "content_filter")),
        json(completion(null as never, { refusal: "I will not." })),
      );
      const seen: unknown[] = [];
      for (let call = 0; call < 3; call += 1) {
        seen.push(
          await settled(
            helpersOf(app).parse({ ...chatParams(), response_format: await forecastFormat(app) }),
          ),
        );
      }
      return seen;
    },
  },
  {
    name: "is refused while parsing, handled and unhandled",
    needs: canParse,
    spans: ["chat error", "chat error"],
    async run(app) {
      app.provider.script(json(failure("parse"), 400), json(failure("parse"), 400));
      const caught = await settled(helpersOf(app).parse(chatParams()));
      void helpersOf(app)
        .parse(chatParams())
        .then(() => "fine");
      await app.reported();
      return caught;
    },
  },
  {
    name: "never awaits a parsing call",
    needs: canParse,
    spans: ["chat abandoned|completed|raw"],
    drops: true,
    async run(app) {
      void helpersOf(app).parse(chatParams());
      await app.provider.arrived();
      await app.provider.quiet();
    },
  },
  {
    name: "streams a structured answer with a schema",
    needs: canParse,
    spans: ["chat completed"],
    async run(app) {
      app.provider.script(
        sse([FIRST, ...words('{"city":', '"Oslo",', '"degrees":7}'), ...CHAT_STREAM.slice(-3)]),
      );
      const helper = helpersOf(app).stream({ ...streamParams(), response_format: await forecastFormat(app) });
      const log = listen(helper);
      return [describe(await helper.finalChatCompletion()), log];
    },
  },
];

async function forecastFormat(app: OpenAIApp) {
  const { zodResponseFormat } = await app.load<typeof import("openai/helpers/zod")>("openai/helpers/zod");
  const { z } = await app.load<typeof import("zod")>("zod");
  return zodResponseFormat(z.object({ city: z.string(), degrees: z.number() }) as never, "forecast");
}
