import { expect, it } from "vitest";
import { ValidationError } from "../errors.js";
import { createDecision, createNotification } from "../model/create.js";
import { encodeMessage, fromWire, toWire } from "./codec.js";

const wire = (content: object, more: object = {}) => ({
  id: "7D0D3A4E-2F3A-4A57-9C0F-0D1F6F1C2B11",
  channel: "public",
  sender_type: "HUMAN",
  content,
  timestamp: "2026-03-01T09:15:02.417331Z",
  correlation_id: null,
  ...more,
});
const id = "7d0d3a4e-2f3a-4a57-9c0f-0d1f6f1c2b11";

it("writes a decision as the server reads it", () => {
  const message = createDecision(
    "Best colour?",
    [
      { id: "Red", label: "Red" },
      { id: "Blue", label: "Blue" },
    ],
    { id, timeout: 30, timestamp: "2026-03-01T09:15:02.417Z" },
  );
  expect(toWire(message)).toEqual({
    id,
    channel: "public",
    sender_type: "AGENT",
    content: {
      type: "decision",
      decision_id: id,
      summary: "Best colour?",
      options: [
        { id: "Red", label: "Red" },
        { id: "Blue", label: "Blue" },
      ],
      timeout_seconds: 30,
    },
    timestamp: "2026-03-01T09:15:02.417Z",
    correlation_id: null,
  });
});

it("reads what other clients leave out or add", () => {
  const message = fromWire(
    wire({ type: "notification", text: "x", extra: 1 }, { correlation_id: undefined, unknown: true }),
  );
  expect(message).toEqual({
    id,
    channel: "public",
    senderType: "HUMAN",
    content: { type: "notification", text: "x", priority: "low" },
    timestamp: "2026-03-01T09:15:02.417331Z",
    correlationId: null,
  });
});

it("keeps an unknown content type as it came, and sends it on as it came", () => {
  const message = fromWire(wire({ type: "poll", some_key: [1] }, { sender_type: "SYSTEM" }));
  expect(message.senderType).toBe("SYSTEM");
  expect(message.content).toEqual({
    type: "unknown",
    wireType: "poll",
    raw: { type: "poll", some_key: [1] },
  });
  expect(toWire({ ...message, senderType: "AGENT" }).content).toEqual({ type: "poll", some_key: [1] });
});

it("does not take a property of Object for a content type", () => {
  expect(fromWire(wire({ type: "constructor" })).content.type).toBe("unknown");
});

it("reads and rewrites task messages", () => {
  const task = {
    id,
    title: "t",
    description: "d",
    state: "pending",
    created_at: "2026-03-01T09:15:02Z",
    updated_at: "2026-03-01T09:15:02Z",
    assignee: null,
    metadata: { keep_this: 1 },
    depends_on: [id],
    blocking_for: [],
    blocked: true,
    dependency_type: "blocks",
  };
  const created = fromWire(wire({ type: "task_create", task }));
  expect(created.content).toMatchObject({
    type: "task_create",
    task: { createdAt: "2026-03-01T09:15:02Z", dependsOn: [id], metadata: { keep_this: 1 } },
  });
  expect(toWire(created).content).toEqual({ type: "task_create", task });
  const others = [
    { type: "task_update", task_id: id, state: "done", updated_at: "2026-03-01T09:15:02Z" },
    {
      type: "task_dependency_add",
      task_id: id,
      depends_on: id,
      dependency_type: "parent",
      timestamp: "2026-03-01T09:15:02Z",
    },
    { type: "task_dependency_remove", task_id: id, depends_on: id, timestamp: "2026-03-01T09:15:02Z" },
  ];
  for (const content of others) expect(toWire(fromWire(wire(content))).content).toEqual(content);
});

it.each([
  ["content", wire([])],
  ["content.text", wire({ type: "notification" })],
  ["content.priority", wire({ type: "notification", text: "x", priority: "loud" })],
  ["content.response_type", wire({ type: "response" })],
  ["content.answer", wire({ type: "response", answer: 7, response_type: "text" })],
  [
    "content.options[0].label",
    wire({ type: "decision", decision_id: "d", summary: "s", options: [{ id: "a" }], timeout_seconds: 1 }),
  ],
  ["content.timeout_seconds", wire({ type: "authorization", action: "x", timeout_seconds: 12.5 })],
  ["id", wire({ type: "navigate", url: "u" }, { id: 7 })],
  ["message", null],
])("refuses a message with a wrong %s", (field, raw) => {
  expect(() => fromWire(raw)).toThrow(ValidationError);
  expect(() => fromWire(raw)).toThrow(`${field}: `);
});

it("leaves metadata that is no object out, for the type promises one", () => {
  expect(fromWire(wire({ type: "navigate", url: "u" }, { metadata: "x" }))).not.toHaveProperty("metadata");
});

it("measures bytes, not characters, and accepts exactly the limit", () => {
  const message = createNotification("ü");
  const size = Buffer.byteLength(JSON.stringify(toWire(message)));
  expect(encodeMessage(message, size)).toHaveLength(size - 1);
  expect(() => encodeMessage(message, size - 1)).toThrow(ValidationError);
});

it("refuses metadata that JSON cannot hold", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  for (const metadata of [cyclic, { big: 1n }]) {
    expect(() => encodeMessage(createNotification("x", { metadata }), 1000)).toThrow(
      /^message: cannot be written/,
    );
  }
});
