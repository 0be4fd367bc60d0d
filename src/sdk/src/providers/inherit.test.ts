import { withInherited } from "@kit/genai/core";
import { type Attributes, ROOT_CONTEXT } from "@opentelemetry/api";
import type { Span } from "@opentelemetry/sdk-trace";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, it } from "vitest";
import { InheritanceProcessor } from "./inherit.js";

const tracer = new TracerProvider({ spanProcessors: [new InheritanceProcessor()] }).getTracer("app");
const inside = withInherited({ sessionId: "s-1", agentName: "clerk" }, ROOT_CONTEXT);
const attributesOf = (attributes: Attributes, parent = inside) =>
  (tracer.startSpan("span", { attributes }, parent) as unknown as Span).attributes;

it("marks any span inside a session with it, and with nothing that means generative AI", () => {
  expect(attributesOf({ "http.request.method": "GET" })).toEqual({
    "http.request.method": "GET",
    "session.id": "s-1",
  });
});

it("marks a model call with its conversation too", () => {
  expect(attributesOf({ "gen_ai.operation.name": "chat" })).toMatchObject({
    "session.id": "s-1",
    "gen_ai.conversation.id": "s-1",
  });
});

it("leaves what a span says of itself", () => {
  const own = { "gen_ai.operation.name": "chat", "session.id": "own", "gen_ai.conversation.id": "c-1" };
  expect(attributesOf(own)).toEqual(own);
});

it("adds nothing outside a session", () => {
  expect(attributesOf({ a: 1 }, ROOT_CONTEXT)).toEqual({ a: 1 });
});
