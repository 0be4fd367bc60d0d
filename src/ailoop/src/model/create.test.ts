import { describe, expect, it } from "vitest";
import {
  createAuthorization,
  createDecision,
  createMessage,
  createNavigate,
  createNotification,
  createQuestion,
  createResponse,
  type DecisionOption,
  fromWire,
  type Message,
  NotificationPriority,
  promptChoices,
  promptText,
  ResponseType,
  SenderType,
  toWire,
  ValidationError,
} from "../index.js";

const options: DecisionOption[] = [
  { id: "a", label: "A" },
  { id: "b", label: "B", detailMarkdown: "*b*" },
];
const id = "7d0d3a4e-2f3a-4a57-9c0f-0d1f6f1c2b11";

it("builds the custom message of the Python SDK's README", () => {
  const message = createMessage({
    id,
    channel: "custom",
    senderType: SenderType.AGENT,
    content: { type: "question", text: "Custom question", timeoutSeconds: 120 },
    timestamp: new Date(0),
  });
  expect(message).toEqual({
    id,
    channel: "custom",
    senderType: "AGENT",
    content: { type: "question", text: "Custom question", timeoutSeconds: 120 },
    timestamp: "1970-01-01T00:00:00.000Z",
    correlationId: null,
  });
});

it("has constants with the strings of the wire", () => {
  expect(Object.values(SenderType)).toEqual(["AGENT", "HUMAN"]);
  expect(Object.values(ResponseType)).toEqual([
    "text",
    "authorization_approved",
    "authorization_denied",
    "timeout",
    "cancelled",
  ]);
  expect(Object.values(NotificationPriority)).toEqual(["low", "normal", "high", "urgent"]);
});

it("gives every message an id, a time with offset and defaults of its kind", () => {
  const message = createNotification("done");
  expect(message.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(message.timestamp).toMatch(/Z$/);
  expect(message).toMatchObject({ channel: "public", senderType: "AGENT", correlationId: null });
  expect(message.content.priority).toBe("normal");
  expect(createResponse(id)).toMatchObject({
    senderType: "HUMAN",
    correlationId: id,
    content: { answer: null, responseType: "text" },
  });
  expect(createDecision("?", options, { id }).content.decisionId).toBe(id);
});

it("lowers the case of ids, which is how the server sends them back", () => {
  const message = createResponse(id.toUpperCase(), { id: id.toUpperCase() });
  expect(message).toMatchObject({ id, correlationId: id });
});

it("rounds a timeout up to whole seconds, up to what 32 bits hold", () => {
  expect(createQuestion("?", { timeout: 0.2 }).content.timeoutSeconds).toBe(1);
  expect(createQuestion("?", { timeout: 0 }).content.timeoutSeconds).toBe(0);
  expect(createQuestion("?", { timeout: 4_294_967_295 }).content.timeoutSeconds).toBe(4_294_967_295);
  expect(() => createQuestion("?", { timeout: 4_294_967_295.5 })).toThrow(/^timeout: /);
});

const refused: [string, () => Message][] = [
  ["id", () => createNotification("x", { id: "not-a-uuid" })],
  ["channel", () => createNotification("x", { channel: "" })],
  ["channel", () => createNotification("x", { channel: "-dash" })],
  ["channel", () => createNotification("x", { channel: "a".repeat(65) })],
  ["channel", () => createNotification("x", { channel: "AiLoop" })],
  ["channel", () => createNotification("x", { channel: "a\n" })],
  ["senderType", () => createNotification("x", { senderType: "SYSTEM" })],
  ["timestamp", () => createNotification("x", { timestamp: "2026-03-01T09:15:02" })],
  ["timestamp", () => createNotification("x", { timestamp: new Date(Number.NaN) })],
  ["correlationId", () => createNotification("x", { correlationId: "7" })],
  ["metadata", () => createNotification("x", { metadata: [] as never })],
  ["content.text", () => createNotification("")],
  ["content.priority", () => createNotification("x", { priority: "loud" as never })],
  ["content.text", () => createQuestion("")],
  ["timeout", () => createQuestion("?", { timeout: -1 })],
  ["content.choices[1]", () => createQuestion("?", { choices: ["a", ""] })],
  ["content.summary", () => createDecision("", options)],
  ["content.decisionId", () => createDecision("?", options, { decisionId: "" })],
  ["content.options", () => createDecision("?", options.slice(1))],
  ["content.options[1].id", () => createDecision("?", [options[0]!, options[0]!])],
  ["content.options[0].id", () => createDecision("?", [{ id: "", label: "x" }, options[0]!])],
  [
    "content.recommendation.optionId",
    () => createDecision("?", options, { recommendation: { optionId: "c" } }),
  ],
  ["content.action", () => createAuthorization("")],
  ["content.context", () => createAuthorization("x", { context: [] as never })],
  ["content.url", () => createNavigate("file:///etc/passwd")],
  ["content.url", () => createNavigate("/relative")],
  ["content.url", () => createNavigate("https://")],
  ["content.answer", () => createResponse(id, { answer: 7 as never })],
  ["content.responseType", () => createResponse(id, { responseType: "maybe" as never })],
  ["content.type", () => createMessage({ content: { type: "poll" } as never })],
];
it.each(refused)("refuses a bad %s by name and without its value", (field, create) => {
  expect(create).toThrow(ValidationError);
  try {
    create();
  } catch (error) {
    expect(error).toMatchObject({ field, code: "VALIDATION_ERROR" });
    expect((error as Error).message).not.toMatch(/passwd|relative|loud|SYSTEM/);
  }
});

it("accepts the longest channel name and upper case", () => {
  expect(createNotification("x", { channel: `A${"-_9".repeat(21)}` }).channel).toHaveLength(64);
});

describe("reading questions and decisions alike", () => {
  it("finds text and choices", () => {
    for (const message of [createQuestion("?", { choices: ["a", "b"] }), createDecision("?", options)]) {
      expect(promptText(message)).toBe("?");
      expect(promptChoices(message).map((choice) => choice.id)).toEqual(["a", "b"]);
    }
  });

  it("finds the action and the URL, and nothing in messages that ask nothing", () => {
    expect(promptText(createAuthorization("ship"))).toBe("ship");
    expect(promptText(createNavigate("https://x.example"))).toBe("https://x.example");
    expect(promptText(createNotification("x"))).toBeUndefined();
    expect(promptChoices(createAuthorization("ship"))).toEqual([]);
  });
});

it("survives the round trip over the wire, context and metadata untouched", () => {
  const everything: Message[] = [
    createDecision("?", options, {
      contextMarkdown: "# c",
      recommendation: { optionId: "b", rationaleMarkdown: "r" },
      metadata: { snake_case: 1, camelCase: { innerKey: [1] } },
    }),
    createQuestion("?", { choices: ["a", "b"] }),
    createAuthorization("ship", { context: { buildNumber: 812, user_name: { firstName: "x" } } }),
    createNotification("x", { priority: "urgent", correlationId: id }),
    createResponse(id, { answer: "b" }),
    createNavigate("https://x.example/?q=1"),
  ];
  for (const message of everything)
    expect(fromWire(JSON.parse(JSON.stringify(toWire(message))))).toEqual(message);
});
