import { afterAll, describe, expect, it } from "vitest";
import { failureOf, HOSTILE } from "../../../test/support/bad-input.js";
import * as ailoop from "./index.js";
import { AiloopClient, AiloopError, createMessage, promptText, toWire, ValidationError } from "./index.js";

const client = new AiloopClient("http://127.0.0.1:1", { reconnectAttempts: 0 });
afterAll(() => client.close());

describe("what cannot be right", () => {
  it("is refused by every method and function with an error of the client, wherever it stands", async () => {
    const functions = Object.entries(ailoop).filter(([name]) => /^[a-z]/.test(name));
    const methods = Object.entries(Object.getOwnPropertyDescriptors(AiloopClient.prototype))
      .filter(([name]) => !["constructor", "close", "disconnectWebsocket"].includes(name))
      .map(([name, { value }]) => [name, value]);
    const strange: string[] = [];
    for (const [name, call] of [...functions, ...methods]) {
      if (typeof call !== "function") continue;
      for (const before of [[], ["text"], ["text", [{ id: "a", label: "b" }]]]) {
        for (const value of HOSTILE) {
          const error = await failureOf(() => call.call(client, ...before, value));
          if (error === undefined || error instanceof AiloopError) continue;
          strange.push(`${name}(${[...before, value].map(String).join(", ")}): ${error}`);
        }
      }
    }
    expect(strange).toEqual([]);
  });

  it.each<[string, () => unknown, string]>([
    ["options", () => client.ask("?", 30 as never), "options: must be an object"],
    ["a signal", () => client.say("!", { signal: {} as never }), "signal: must be an AbortSignal"],
    ["a wait's signal", () => client.connect({ signal: "stop" as never }), "signal: must be an AbortSignal"],
    ["a message's parts", () => createMessage(undefined as never), "fields: must be a plain object"],
    ["a message to write", () => toWire(null as never), "message: must be a plain object"],
    ["a prompt", () => promptText({} as never), "content: must be a plain object"],
    [
      "a time",
      () => ailoop.createNavigate("http://a", { timestamp: 5 as never }),
      "timestamp: must be a Date",
    ],
  ])("is named: %s", async (_what, call, message) => {
    const error = await failureOf(call);
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as Error).message).toContain(message);
  });

  it("is none where other languages write null for no options", () => {
    expect(ailoop.createQuestion("?", null as never).content.timeoutSeconds).toBe(60);
  });
});
