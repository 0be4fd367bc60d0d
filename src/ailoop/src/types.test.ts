import { expectTypeOf, it } from "vitest";
import {
  AiloopClient,
  type Message,
  type ResponseMessage,
  type ResponseType,
  type SentMessage,
} from "./index.js";

const client = new AiloopClient();
const waiting = new AiloopClient("http://localhost:8080", { waitForResponses: true });
const undecided = new AiloopClient("http://localhost:8080", { waitForResponses: Math.random() > 0.5 });

it("knows what a prompt resolves to from `wait` and from the client", () => {
  const calls = () => ({
    sent: client.ask("?"),
    answered: client.ask("?", { wait: true }),
    answeredByDefault: waiting.authorize("x", { timeout: 3 }),
    sentAfterAll: waiting.navigate("http://x", { wait: false }),
    either: client.ask("?", { wait: Math.random() > 0.5 }),
    eitherByDefault: undecided.authorize("x"),
  });
  type Calls = ReturnType<typeof calls>;
  expectTypeOf<Calls["sent"]>().resolves.toExtend<SentMessage>();
  expectTypeOf<Awaited<Calls["sent"]>["content"]["type"]>().toEqualTypeOf<"decision" | "question">();
  expectTypeOf<Calls["answered"]>().resolves.toEqualTypeOf<ResponseMessage>();
  expectTypeOf<Calls["answeredByDefault"]>().resolves.toEqualTypeOf<ResponseMessage>();
  expectTypeOf<Awaited<Calls["sentAfterAll"]>["content"]["type"]>().toEqualTypeOf<"navigate">();
  expectTypeOf<ResponseMessage>().toExtend<Awaited<Calls["either"]>>();
  expectTypeOf<ResponseMessage>().toExtend<Awaited<Calls["eitherByDefault"]>>();
});

it("narrows content on its type", () => {
  const read = (message: Message) => {
    const { content } = message;
    if (content.type === "response") {
      expectTypeOf(content.answer).toEqualTypeOf<string | null>();
      expectTypeOf(content.responseType).toEqualTypeOf<ResponseType>();
    }
    if (content.type === "decision") expectTypeOf(content.options[0]!.label).toBeString();
    if (content.type === "unknown") expectTypeOf(content.wireType).toBeString();
  };
  expectTypeOf(read).toBeFunction();
});

it("keeps wire strings and nonsense out of calls", () => {
  const wrong = () => {
    // @ts-expect-error no such priority
    client.say("x", { priority: "loud" });
    // @ts-expect-error no such response type
    client.respond("id", { responseType: "yes" });
    // @ts-expect-error snake case is for the wire
    client.ask("?", { context_markdown: "x" });
  };
  expectTypeOf(wrong).toBeFunction();
});
