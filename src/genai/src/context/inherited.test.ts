import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { Telemetry } from "../../../../test/support/telemetry.js";
import { Chats, ToyInstrumentation } from "../patch/toy-sdk.fixture.js";
import { inheritedAttributes, readInherited, withInherited } from "./inherited.js";

it("hands nothing down outside of sessions and agents", () => {
  expect(readInherited(ROOT_CONTEXT)).toBeUndefined();
  expect(inheritedAttributes(ROOT_CONTEXT)).toEqual({});
});

it("hands the innermost session and the innermost agent down together", () => {
  const outer = withInherited({ sessionId: "outer", agentName: "planner" }, ROOT_CONTEXT);
  const inner = withInherited({ sessionId: "inner" }, outer);
  expect(inheritedAttributes(inner)).toEqual({
    "session.id": "inner",
    "gen_ai.conversation.id": "inner",
    "gen_ai.agent.name": "planner",
  });
  expect(readInherited(outer)).toEqual({ sessionId: "outer", agentName: "planner" });
});

it("hands a framework's conversation down, until a session begins one of its own", () => {
  const graph = withInherited({ sessionId: "s", conversationId: "thread" }, ROOT_CONTEXT);
  const agent = withInherited({ agentName: "planner" }, graph);
  expect(inheritedAttributes(agent, "chat")).toEqual({
    "session.id": "s",
    "gen_ai.conversation.id": "thread",
  });
  expect(inheritedAttributes(withInherited({ sessionId: "inner" }, agent), "chat")).toEqual({
    "session.id": "inner",
    "gen_ai.conversation.id": "inner",
  });
});

it("hands every fact down through what leaves it out", () => {
  const all = { sessionId: "s", conversationId: "c", agentName: "a", tally: () => {} };
  const names = Object.keys(all);
  for (const name of names) {
    const { [name as keyof typeof all]: one, ...others } = all;
    const within = withInherited({ [name]: one }, withInherited(others, ROOT_CONTEXT));
    const kept = name === "sessionId" ? names.filter((each) => each !== "conversationId") : names;
    for (const each of kept)
      expect(readInherited(within)?.[each as keyof typeof all], `${each} below ${name}`).toBe(
        all[each as keyof typeof all],
      );
  }
});

describe("what an operation takes over", () => {
  const within = withInherited({ sessionId: "s", agentName: "planner" }, ROOT_CONTEXT);

  it.each([
    ["chat", { "session.id": "s", "gen_ai.conversation.id": "s" }],
    ["execute_tool", { "session.id": "s", "gen_ai.conversation.id": "s", "gen_ai.agent.name": "planner" }],
    ["invoke_agent", { "session.id": "s", "gen_ai.conversation.id": "s" }],
    ["embeddings", { "session.id": "s" }],
    ["retrieval", { "session.id": "s" }],
  ])("is, for %s, what the conventions allow on its spans", (operation, expected) => {
    expect(inheritedAttributes(within, operation)).toEqual(expected);
  });

  it("is on the span of a recorded call from its creation", async () => {
    const telemetry = new Telemetry();
    const toy = telemetry.observe(new ToyInstrumentation());
    toy.manuallyInstrument({ Chats });
    await context.with(within, () => new Chats().ask({ prompt: "hi" }));
    toy.disable();
    const span = (await telemetry.finish()).onlySpan();
    expect(span.attributes).toMatchObject({ "session.id": "s", "gen_ai.conversation.id": "s" });
    expect(span.attributes).not.toHaveProperty("gen_ai.agent.name");
  });
});
