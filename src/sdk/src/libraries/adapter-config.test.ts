import { expect, it } from "vitest";
import { Configuration } from "../configuration.js";
import type { InitOptions } from "../settings/options.js";
import { readContentCapture, toAdapterConfig } from "./adapter-config.js";
import { ADAPTERS, type Adapter } from "./adapters.js";

function configure(options: InitOptions, variables: Record<string, string> = {}, library = "openai") {
  const problems: string[] = [];
  const configuration = new Configuration(variables, (problem) => problems.push(problem));
  const adapter = ADAPTERS.find(({ name }) => name === library) as Adapter;
  return { config: toAdapterConfig(options, configuration)(adapter), problems };
}

it.each([
  [{ captureMessages: true }, {}, "SPAN_ONLY"],
  [{ captureMessages: false }, { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true" }, "NO_CONTENT"],
  [{ captureMessages: "EVENT_ONLY" as const }, {}, "EVENT_ONLY"],
  [{}, { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "Span_And_Event" }, "SPAN_AND_EVENT"],
  [{}, { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "" }, "NO_CONTENT"],
  [{}, { AGENTPULSE_CAPTURE_MESSAGES: "yes" }, "SPAN_ONLY"],
  [{}, { AGENTPULSE_CAPTURE_MESSAGES: "off" }, "NO_CONTENT"],
  [{ captureMessages: false }, { AGENTPULSE_CAPTURE_MESSAGES: "1" }, "NO_CONTENT"],
  [{}, {}, "NO_CONTENT"],
])("captures for %j and %j: %s", (options, variables, mode) => {
  const configuration = new Configuration(variables, () => {});
  expect(readContentCapture(options, configuration)).toBe(mode);
});

it("names the modes of content capture as the documents do, when it is told none of them", () => {
  const { config, problems } = configure({}, { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "spans" });
  expect(config.captureMessageContent).toBe("NO_CONTENT");
  expect(problems).toEqual([
    expect.stringMatching(
      /^OTEL_\w+: "spans" is not one of NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT, true, .*; NO_CONTENT is used\.$/,
    ),
  ]);
});

it("takes prices under both names of the option", () => {
  const { config } = configure({ costTableOverride: { a: [1, 1], b: [1, 1] }, prices: { a: [2, 2] } });
  expect(config.prices).toEqual({ a: [2, 2], b: [1, 1] });
});

it("passes on what concerns events and tools", () => {
  const { config } = configure({ emitEvents: false, captureToolDetails: true, costMatch: "prefix" });
  expect(config).toMatchObject({ emitEvents: false, captureToolDetails: true, costMatch: "prefix" });
  expect(configure({}).config).toMatchObject({ emitEvents: true, captureToolDetails: undefined });
});

it("reads the variable of a library that makes spans by itself, and names a mistake in it", () => {
  const variable = "KIT_ANTHROPIC_NATIVE_TELEMETRY";
  const anthropic = (value: string, options: InitOptions = {}) =>
    configure(options, { [variable]: value }, "anthropic");
  expect(anthropic("BOTH").config.nativeTelemetry).toBe("both");
  expect(anthropic("both", { nativeTelemetry: "native" }).config.nativeTelemetry).toBe("native");
  expect(anthropic("theirs").problems).toEqual([
    `${variable}: "theirs" is not one of ours, native, both; ours is used.`,
  ]);
  expect(configure({}, { [variable]: "theirs" }).problems).toEqual([]);
});
