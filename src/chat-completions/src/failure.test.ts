import { describe, expect, it } from "vitest";
import { chat } from "./chat.js";
import { completions } from "./completions.js";
import { embeddings } from "./embeddings.js";
import { type ChatCompletion, type ChatCompletionChunk, foldChat } from "./fold.js";

const asked = { operation: "chat" };
const upstream = { code: 502, message: "Provider disconnected" };
const told = { type: "502", message: "Provider disconnected" };
const vllm = { object: "error", message: "boom", type: "BadRequestError", param: null, code: 400 };

describe("an answer of status 200 has failed", () => {
  it.each<[string, ChatCompletion]>([
    ["where an error stands in its place", { error: upstream }],
    ["where the choices beside the error are null", { error: upstream, choices: null } as never],
    ["where there are no choices beside the error", { error: upstream, choices: [] }],
    [
      "where OpenRouter's choice broke off",
      { choices: [{ finish_reason: "error", message: { content: "par" }, error: upstream }] },
    ],
  ])("%s", (_, body) => {
    expect(chat.response?.(body, asked).error).toEqual(told);
  });

  it("where vLLM tells it without an envelope", () => {
    expect(chat.response?.(vllm, asked).error).toEqual({ type: "400", message: "boom" });
  });

  it("where MiniMax tells it beside choices that are null", () => {
    const refused = { choices: null, base_resp: { status_code: 1008, status_msg: "insufficient balance" } };
    expect(chat.response?.(refused as never, asked).error).toEqual({
      type: "1008",
      message: "insufficient balance",
    });
    const fine = { choices: [{ finish_reason: "stop" }], base_resp: { status_code: 0, status_msg: "" } };
    expect(chat.response?.(fine, asked).error).toBeUndefined();
  });

  it("also as a completion and as embeddings", () => {
    expect(completions.response?.({ error: upstream }, asked).error).toEqual(told);
    expect(embeddings.response?.({ error: upstream }, asked).error).toEqual(told);
    expect(embeddings.response?.({ object: "list", data: [] }, asked).error).toBeUndefined();
  });

  it("but not where all its choices came", () => {
    const whole = { error: {}, choices: [{ finish_reason: "stop" }] };
    expect(chat.response?.(whole, asked).error).toBeUndefined();
  });
});

describe("a stream of status 200 has failed", () => {
  const begun = { id: "c1", choices: [{ index: 0, delta: { content: "par" } }] };

  it.each<[string, ChatCompletionChunk, object]>([
    ["at an event that is vLLM's error", vllm, { type: "400", message: "boom" }],
    ["where OpenRouter's choice broke off", { choices: [{ error: upstream, finish_reason: "error" }] }, told],
    [
      "at MiniMax's status",
      { choices: null, base_resp: { status_code: 1027, status_msg: "sensitive" } } as never,
      { type: "1027", message: "sensitive" },
    ],
    [
      "where Groq says why it stopped",
      { choices: [{ finish_reason: "stop" }], x_groq: { error: "over capacity" } },
      { type: "_OTHER", message: "over capacity" },
    ],
  ])("%s, and tells what came before", (_, last, error) => {
    const fold = foldChat(true);
    fold.add(begun);
    fold.add(last);
    const facts = chat.response?.(fold.body(), asked);
    expect(facts).toMatchObject({ id: "c1", error });
    expect(facts?.content?.().outputMessages?.[0]?.parts).toEqual([{ type: "text", content: "par" }]);
  });
});
