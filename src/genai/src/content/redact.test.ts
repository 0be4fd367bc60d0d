import type { Attributes } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { allowNoUnhandledRejections } from "../../../../test/support/unhandled-rejections.js";
import type { Content } from "../adapter/operation.js";
import type { ContentPolicy } from "./content-policy.js";
import { redactContent } from "./redact.js";

const POLICY: ContentPolicy = {
  onSpan: true,
  onEvent: false,
  redact: undefined,
  maxLength: 1_000,
  toolDetails: false,
  toolDescriptions: true,
};

function user(content: string): Content {
  return { inputMessages: [{ role: "user", parts: [{ type: "text", content }] }] };
}

/** What is recorded of content under a hook, and the attribute that says why it is not. */
function redacted(hook: (content: Content) => unknown, content = user("secret")) {
  const attributes: Attributes = {};
  const kept = redactContent(content, { ...POLICY, redact: hook as ContentPolicy["redact"] }, attributes);
  return { kept, dropped: attributes["kit.content.dropped"] };
}

describe("redact", () => {
  allowNoUnhandledRejections();

  it("decides what is recorded", () => {
    expect(redacted(() => user("[redacted]"))).toEqual({ kept: user("[redacted]"), dropped: undefined });
  });

  it.each([[undefined], [null]])("may drop everything by %s", (nothing) => {
    expect(redacted(() => nothing)).toEqual({ kept: undefined, dropped: undefined });
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("bug");
      },
    ],
    [
      "throws what cannot be read",
      () => {
        throw new Proxy({}, { get: () => expect.fail() });
      },
    ],
    ["promises content", async () => user("secret")],
    ["promises content and fails", () => Promise.reject(new Error("bug"))],
    ["gives a text", () => "secret"],
    ["gives a truth", () => true],
    ["gives a list", () => [user("secret")]],
    ["gives a text in the place of messages", () => ({ inputMessages: "secret" })],
  ])("fails closed and says so where it %s", (_, hook) => {
    expect(redacted(hook)).toEqual({ kept: undefined, dropped: "redact_failed" });
  });

  it("may change what it is given, and the application's own objects stay as they were", () => {
    const toolArguments = { user: { password: "secret" } };
    const call = { type: "tool_call" as const, name: "login", arguments: toolArguments };
    const { kept } = redacted(
      (content) => {
        for (const each of [content.toolArguments, content.inputMessages?.[0]?.parts[0]])
          (((each as typeof call).arguments ?? each) as typeof toolArguments).user.password = "***";
        return content;
      },
      { toolArguments, inputMessages: [{ role: "assistant", parts: [call] }] },
    );
    expect(JSON.stringify(kept)).not.toContain("secret");
    expect(toolArguments).toEqual({ user: { password: "secret" } });
  });

  it("may leave messages in a shape of its own, which is recorded as the schemas have it", () => {
    const hook = () =>
      Object.freeze({
        outputMessages: null,
        inputMessages: [{ role: "user", parts: [{ type: "text" }, "x"] }],
      });
    expect(redacted(hook).kept).toEqual({ ...user(""), outputMessages: null });
  });
});

it("records descriptions and parameters of tools only on request", () => {
  const content: Content = {
    toolDefinitions: [
      { type: "function", name: "f", description: "private", parameters: { type: "object" } },
    ],
  };
  expect(redactContent(content, POLICY, {})).toEqual({
    toolDefinitions: [{ type: "function", name: "f" }],
  });
  expect(redactContent(content, { ...POLICY, toolDetails: true }, {})).toEqual(content);
});
