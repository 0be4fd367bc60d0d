import { describe, expect, it } from "vitest";
import { readMessage } from "./message.js";
import { keepTextJson } from "./text-json.js";

const LONG = "a long text, ".repeat(20);
const text = (role: string, content: string) => ({ role, parts: [{ type: "text", content }] });

/** What is kept of the last of these messages. */
function kept(messages: readonly unknown[], json = JSON.stringify(messages)): string | undefined {
  const message = readMessage(messages.at(-1));
  keepTextJson(message, json);
  return message?.json;
}

describe("the JSON of a message's text", () => {
  it.each([
    ["plain", LONG],
    ["with what JSON escapes", `"${LONG}\n\t\\"\\\\"`],
    ["that ends like a message", `${LONG}"}]}]`],
    ["that quotes a message", `${LONG}${JSON.stringify(text("user", LONG))}${LONG}`],
    ["beyond ASCII", `${LONG}é€😀`],
  ])("is cut out of the message's, for a text %s", (_, content) => {
    const message = text("user", content);
    expect(kept([message])).toBe(JSON.stringify(content));
    expect(kept([text("system", LONG), text("user", LONG), message])).toBe(JSON.stringify(content));
    expect(kept([message], JSON.stringify(message))).toBe(JSON.stringify(content));
    expect(kept([{ ...message, finish_reason: "stop" }])).toBe(JSON.stringify(content));
  });

  it("is kept as it stands, with whatever escapes", () => {
    const json = JSON.stringify([text("user", `${LONG}/é`)])
      .replace("/", "\\/")
      .replace("é", "\\u00e9");
    expect(kept(JSON.parse(json), json)).toBe(`"${LONG}\\/\\u00e9"`);
  });

  it.each([
    ["a short text", [text("user", "short")]],
    ["a text that the server refuses", [text("user", `${LONG}\0`)]],
    ["half a character", [text("user", `${LONG}\ud800`)]],
    ["several parts", [{ role: "user", parts: [...text("", LONG).parts, ...text("", LONG).parts] }]],
    ["a part that is left out", [{ role: "user", parts: [...text("", LONG).parts, { more: LONG }] }]],
    ["another member after the text", [{ role: "user", parts: [{ type: "text", content: LONG, n: "1" }] }]],
    ["another member after the parts", [{ ...text("user", LONG), name: "somebody" }]],
    ["members in another order", [{ parts: [{ content: LONG, type: "text" }], role: "user" }]],
    ["plain content", [{ role: "user", content: LONG }]],
    ["a message inside of another", [{ role: "user", parts: [text("user", LONG)], content: LONG }]],
    ["reasoning", [{ role: "assistant", parts: [{ type: "reasoning", content: LONG }] }]],
  ])("is not kept of %s", (_, messages) => {
    expect(kept(messages)).toBeUndefined();
  });

  it("is not that of another message", () => {
    const last = { role: "user", parts: [{ type: "text", content: LONG, n: 1 }] };
    expect(kept([text("user", `${LONG} before`), last])).toBeUndefined();
    expect(kept([text("user", LONG)], JSON.stringify([text("assistant", LONG)]))).toBeUndefined();
  });
});
