import { describe, expect, it } from "vitest";
import { createMessage } from "../bus/memory-bus.js";
import { CommandError, KrytenError } from "../errors.js";
import { toJsonBytes } from "../json.js";
import { assertDone, readReply } from "./reply.js";

const reply = (body: unknown) =>
  readReply(createMessage("_INBOX.1", toJsonBytes(body), undefined, undefined));

describe("a reply", () => {
  it.each([
    ["success outside, failure inside", { success: true, data: { success: false, error: "no" } }, "no"],
    [
      "an error inside and no word of success",
      { success: true, data: { error: "not implemented" } },
      "not implemented",
    ],
    ["failure outside", { success: false, error: "Missing username" }, "Missing username"],
    ["failure without a reason", { success: false }, "no reason given"],
    [
      "failure explained as a message",
      { success: true, data: { success: false, message: "invalid" } },
      "invalid",
    ],
    ["nothing but an error", { error: "Invalid JSON" }, "Invalid JSON"],
  ])("with %s has failed", (_name, body, failure) => {
    expect(reply(body).failure).toBe(failure);
  });

  it.each([
    ["success on both sides", { success: true, data: { success: true } }],
    ["success outside alone", { success: true, data: { message: "Restarting" } }],
    ["an error beside its own success", { success: true, data: { success: true, error: "slow" } }],
    ["an empty error", { success: true, data: { error: null } }],
    ["no data", { success: true }],
    ["neither word", { result: 1 }],
  ])("with %s has not", (_name, body) => {
    expect(reply(body).failure).toBeUndefined();
  });

  it("that is no JSON object is an error", () => {
    expect(() => reply([1])).toThrow(KrytenError);
    expect(() => readReply(createMessage("x", new Uint8Array([123]), undefined, undefined))).toThrow(
      KrytenError,
    );
  });
});

describe("a refusal", () => {
  it("is quoted without what the caller sent, the longest first, and not at any length", () => {
    const body = { success: false, error: `cannot say 'hello world' to 'hello' ${"x".repeat(300)}` };
    const check = () =>
      assertDone(reply(body), "pm", "robot", { to: ["hello", ""], msg: "hello world", n: 1 });
    expect(check).toThrow(CommandError);
    expect(check).toThrow(/^robot refused pm: cannot say '…' to '…' x+…$/);
    expect(check).toThrow(expect.objectContaining({ reply: body, command: "pm", service: "robot" }));
  });
});
