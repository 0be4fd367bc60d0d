import { describe, expect, it } from "vitest";
import { native } from "./native.js";

describe("a span of the SDK's own", () => {
  it("for a call that is recorded stands for that call", () => {
    expect(native.read("anthropic.messages.create", {})).toBe("call");
    expect(native.read("anthropic.messages.batches.results", {})).toBe("call");
  });

  it("of a tool runner stands for the run of a tool or for the agent", () => {
    expect(native.read("anthropic.custom_tool_use weather", {})).toBe("tool");
    expect(native.read("anthropic.mcp_tool_use weather", {})).toBe("tool");
    expect(native.read("anthropic.messages.tool_runner", {})).toBe("agent");
  });

  it.each([
    ["anthropic.models.list", {}],
    ["anthropic.messages.batches.list", {}],
    ["anthropic.sessions.create", { "gen_ai.agent.id": "a" }],
    [
      "anthropic.custom_tool_use weather",
      { "gen_ai.tool.name": "weather", "anthropic.session.id": "sesn_1" },
    ],
  ])("such as %s, %j, is left to it", (name, attributes) => {
    expect(native.read(name, attributes)).toBeUndefined();
  });
});

describe("a client", () => {
  it("that makes spans has a tracer, its own or the application's", () => {
    const client = { _tracer: {}, openTelemetry: { tracerProvider: {} } };
    expect(native.tracer({ _client: client })).toEqual({ holder: client, key: "_tracer", ownProvider: true });
    expect(native.tracer({ _client: { _tracer: {} } })).toMatchObject({ ownProvider: false });
  });

  it("that makes none has none", () => {
    for (const receiver of [{ _client: {} }, {}, undefined]) expect(native.tracer(receiver)).toBeUndefined();
  });
});

it("finds the span that the SDK hands itself", () => {
  const span = {};
  expect(native.passed?.([{}, { __span: { span } }])).toBe(span);
  expect(native.passed?.([{}])).toBeUndefined();
});
