import { DiagLogLevel, diag } from "@opentelemetry/api";
import { afterEach, expect, it, vi } from "vitest";
import { createContentPolicy } from "./content-policy.js";

const VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

afterEach(() => diag.disable());

function warnings(): string[] {
  const said: string[] = [];
  const quiet = { error: vi.fn(), info: vi.fn(), debug: vi.fn(), verbose: vi.fn() };
  diag.setLogger(
    { ...quiet, warn: (line) => said.push(line) },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return said;
}

it.each([
  [undefined, false, false],
  ["", false, false],
  ["NO_CONTENT", false, false],
  ["false", false, false],
  ["0", false, false],
  ["SPAN_ONLY", true, false],
  ["true", true, false],
  ["1", true, false],
  ["event_only", false, true],
  [" Span_And_Event ", true, true],
])("reads %s from the environment", (value, onSpan, onEvent) => {
  expect(createContentPolicy({}, { [VARIABLE]: value })).toMatchObject({ onSpan, onEvent });
});

it("lets the option win over the environment", () => {
  const env = { [VARIABLE]: "SPAN_AND_EVENT" };
  expect(createContentPolicy({ captureMessageContent: false }, env)).toMatchObject({
    onSpan: false,
    onEvent: false,
  });
  expect(createContentPolicy({ captureMessageContent: "EVENT_ONLY" }, {})).toMatchObject({
    onSpan: false,
    onEvent: true,
  });
});

it("records nothing on a setting it cannot read, and names the variable, the value and what it did", () => {
  const said = warnings();
  expect(createContentPolicy({}, { [VARIABLE]: "everything" })).toMatchObject({
    onSpan: false,
    onEvent: false,
  });
  expect(said).toEqual([
    expect.stringMatching(new RegExp(`${VARIABLE}.*"everything".*No content is recorded`)),
  ]);
});

it("keeps a length limit of 1 and refuses 0, saying so", () => {
  const said = warnings();
  expect(createContentPolicy({ maxContentLength: 1 }, {}).maxLength).toBe(1);
  expect(createContentPolicy({ maxContentLength: 0 }, {}).maxLength).toBe(65_536);
  expect(said).toEqual([expect.stringContaining("maxContentLength")]);
});
