import { afterEach, describe, expect, it, vi } from "vitest";
import { readNewInput } from "./history.js";
import type { Message } from "./message.js";

afterEach(() => void vi.restoreAllMocks());

const message = (role: string, text: string) => ({ role, parts: [{ type: "text", content: text }] });
const words = (messages: readonly Message[]) =>
  messages.flatMap(({ parts }) => parts.map((part) => ("text" in part ? part.text : part.kind)));

describe("what is new in a chat history", () => {
  const cases: [string, string[], string[], string | undefined][] = [
    [
      "everything, when the model has said nothing yet",
      ["system:s", "user:a", "user:b"],
      ["s", "a", "b"],
      undefined,
    ],
    [
      "what comes after the model's last words",
      ["user:a", "assistant:A", "tool:t", "user:b"],
      ["t", "b"],
      "A",
    ],
    [
      "the prompt before the beginning of a reply",
      ["user:a", "assistant:A", "user:b", "assistant:{"],
      ["b"],
      "A",
    ],
    ["nothing, when only the model speaks", ["assistant:A"], [], undefined],
  ];
  it.each(cases)("is %s", (_, lines, newMessages, previousReply) => {
    const input = lines.map((line) => {
      const [role = "", text = ""] = line.split(":");
      return message(role, text);
    });
    for (const form of [input, JSON.stringify(input)]) {
      const found = readNewInput(form);
      expect(words(found.newMessages)).toEqual(newMessages);
      expect(found.previousReply && words([found.previousReply])[0]).toBe(previousReply);
    }
  });

  it("includes the system messages in front", () => {
    const input = [
      message("system", "s"),
      message("developer", "d"),
      message("user", "a"),
      message("assistant", "A"),
      message("user", "b"),
    ];
    expect(words(readNewInput(JSON.stringify(input)).system)).toEqual(["s", "d"]);
  });

  it("is found without reading what is old", () => {
    const history: unknown[] = [message("system", "s")];
    for (let turn = 0; turn < 1_000; turn++)
      history.push(message("user", `q${turn}`), message("assistant", `a${turn}`));
    const json = JSON.stringify([...history, message("user", "new")]);
    const parse = vi.spyOn(JSON, "parse");
    const { newMessages, previousReply } = readNewInput(json);
    const read = parse.mock.calls.reduce((sum, [text]) => sum + String(text).length, 0);
    expect(words(newMessages)).toEqual(["new"]);
    expect(previousReply && words([previousReply])).toEqual(["a999"]);
    expect(json.length).toBeGreaterThan(100_000);
    expect(read).toBeLessThan(400);
  });

  it.each([undefined, null, 7, "", "{}", "not json", '[{"role":"user"', [1, null]])(
    "is nothing in %j",
    (input) => {
      expect(readNewInput(input)).toEqual({ system: [], newMessages: [], previousReply: undefined });
    },
  );
});
