import { ROOT_CONTEXT } from "@opentelemetry/api";
import { expect, it } from "vitest";
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
