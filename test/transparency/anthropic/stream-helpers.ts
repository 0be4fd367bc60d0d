import { describe, type Seen, settled, shape } from "../observe.js";
import { json, sse } from "../provider.js";
import {
  event,
  FIRST,
  failure,
  MESSAGE_STREAM,
  messageParams,
  THINKING_STREAM,
  toolStream,
  words,
} from "./bodies.js";
import type { AnthropicScenario } from "./scenario.js";

const EVENTS = [
  "connect",
  "streamEvent",
  "text",
  "citation",
  "inputJson",
  "thinking",
  "signature",
  "contentBlock",
  "message",
  "finalMessage",
  "error",
  "abort",
  "end",
] as const;

/** Writes down every event of a helper with what came along. */
function listen(helper: unknown): unknown[] {
  const log: unknown[] = [];
  const { on } = helper as { on(event: string, listener: (...args: unknown[]) => void): unknown };
  for (const name of EVENTS)
    Reflect.apply(on, helper, [name, (...args: unknown[]) => log.push([name, describe(args)])]);
  return log;
}

/** The SDK's stream helper, which stands on `create`. */
export const helpers: readonly AnthropicScenario[] = [
  {
    name: "listens to every event of the stream helper",
    spans: ["chat completed"],
    async run({ client }) {
      const helper = client.messages.stream(messageParams());
      const log = listen(helper);
      await helper.done();
      return {
        shape: shape(helper),
        log,
        message: describe(await helper.finalMessage()),
        text: await helper.finalText(),
      };
    },
  },
  {
    name: "listens to thinking and tool input in the stream helper",
    spans: ["chat completed", "chat completed"],
    async run({ client, provider }) {
      provider.script(sse(THINKING_STREAM), sse(toolStream("weather", '{"city":"Oslo"}')));
      const seen: unknown[] = [];
      for (let call = 0; call < 2; call += 1) {
        const helper = client.messages.stream(messageParams());
        const log = listen(helper);
        seen.push(describe(await helper.finalMessage()), log);
      }
      return seen;
    },
  },
  {
    name: "looks at the stream helper while it works and after",
    spans: ["chat completed"],
    async run({ client }) {
      const helper = client.messages.stream(messageParams());
      const look = () => [
        helper.ended,
        helper.errored,
        helper.aborted,
        describe(helper.messages),
        describe(helper.receivedMessages),
      ];
      const before = look();
      await helper.done();
      return [before, look(), describe(helper.currentMessage)];
    },
  },
  {
    name: "takes the response of the stream helper",
    needs: ({ client }) => typeof (client.messages.stream as unknown) === "function",
    spans: ["chat completed"],
    async run({ client }) {
      const helper = client.messages.stream(messageParams());
      const both = typeof helper.withResponse === "function" ? await helper.withResponse() : undefined;
      const seen = [both?.data === helper, both?.response.status];
      await helper.done();
      return seen;
    },
  },
  {
    name: "loops over the stream helper",
    spans: ["chat completed"],
    async run({ client }) {
      const seen: Seen[] = [];
      for await (const part of client.messages.stream(messageParams())) seen.push(describe(part));
      return seen;
    },
  },
  {
    name: "breaks out of a loop over the stream helper",
    spans: ["chat cancelled"],
    async run({ client, provider }) {
      provider.script(sse(MESSAGE_STREAM.slice(0, 5), { after: "hang" }));
      const helper = client.messages.stream(messageParams());
      const log = listen(helper);
      for await (const _ of helper) break;
      await provider.quiet();
      return [log, helper.aborted, helper.ended, helper.controller.signal.aborted];
    },
  },
  {
    name: "breaks out of a loop over the stream of a message thread",
    needs: ({ client }) => typeof client.beta.messages.thread === "function",
    spans: ["chat cancelled"],
    async run({ client, provider }) {
      provider.script(sse(MESSAGE_STREAM.slice(0, 5), { after: "hang" }));
      const { model, max_tokens, messages } = messageParams();
      const thread = client.beta.messages.thread({ model, max_tokens });
      const helper = thread.stream(messages);
      for await (const _ of helper) break;
      await provider.quiet();
      return [shape(thread), shape(helper), helper.aborted, helper.controller.signal.aborted];
    },
  },
  {
    name: "aborts the stream helper",
    spans: ["chat aborted"],
    async run({ client, provider }) {
      provider.script(sse(MESSAGE_STREAM.slice(0, 5), { after: "hang" }));
      const helper = client.messages.stream(messageParams());
      const log = listen(helper);
      helper.on("text", () => helper.abort());
      return [await settled(helper.done()), log, helper.aborted];
    },
  },
  {
    name: "starts the stream helper and looks away",
    spans: ["chat completed"],
    async run({ client, provider }) {
      client.messages.stream(messageParams());
      await provider.arrived();
      await provider.quiet();
    },
  },
  {
    name: "meets a refusal in the stream helper",
    spans: ["chat error"],
    async run({ client, provider }) {
      provider.script(json(failure("invalid_request_error"), 400));
      const helper = client.messages.stream(messageParams());
      const log = listen(helper);
      return [await settled(helper.done()), await settled(helper.finalMessage()), log, helper.errored];
    },
  },
  {
    name: "meets a refusal in the stream helper that nobody handles",
    spans: ["chat error"],
    async run({ client, provider, reported }) {
      provider.script(json(failure("invalid_request_error"), 400));
      const helper = client.messages.stream(messageParams());
      await reported();
      return helper.errored;
    },
  },
  {
    name: "meets an error event and a cut in the stream helper",
    spans: ["chat error", "chat error"],
    async run({ client, provider }) {
      provider.script(
        sse([...FIRST, event(failure("overloaded_error"))]),
        sse([...FIRST, ...words("a")], { after: "cut" }),
      );
      const seen: unknown[] = [];
      for (let call = 0; call < 2; call += 1) {
        const helper = client.messages.stream(messageParams());
        const log = listen(helper);
        seen.push(await settled(helper.done()), log);
      }
      return seen;
    },
  },
  {
    name: "throws in a listener of the stream helper",
    spans: ["chat aborted|cancelled|error|completed"],
    async run({ client }) {
      const helper = client.messages.stream(messageParams());
      helper.on("text", () => {
        throw new RangeError("the application's own");
      });
      return settled(helper.done());
    },
  },
  {
    name: "reads the stream helper as a web stream and back",
    spans: ["chat completed"],
    async run({ client }) {
      const helper = client.messages.stream(messageParams());
      const kind = helper.constructor as unknown as {
        fromReadableStream(source: unknown): { finalText(): Promise<string> };
      };
      return kind.fromReadableStream(helper.toReadableStream()).finalText();
    },
  },
  {
    name: "streams a beta message with the helper",
    needs: ({ client }) => typeof client.beta.messages.stream === "function",
    spans: ["chat completed", "chat error"],
    async run({ client, provider }) {
      const helper = client.beta.messages.stream(messageParams());
      const log = listen(helper);
      const final = describe(await helper.finalMessage());
      provider.script(json(failure("invalid_request_error"), 400));
      return [final, log, await settled(client.beta.messages.stream(messageParams()).finalMessage())];
    },
  },
];
