import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { RULES, type Rule } from "./conformance/findings.js";
import { type Flaw, plantCall } from "./conformance/planted-call.js";
import { type ConformanceOptions, checkConformance, expectConformant } from "./conformance.js";

const ERROR = { code: SpanStatusCode.ERROR, message: "boom" };
const messages = (...parts: object[]) => JSON.stringify([{ role: "user", parts }]);
const text = { type: "text", content: "hi" };
const SPAN_ONLY: ConformanceOptions = { capture: "SPAN_ONLY" };

interface Row {
  readonly rule: Rule;
  readonly when: string;
  readonly flaw: Flaw;
  readonly options?: ConformanceOptions;
}

const PLANTED: readonly Row[] = [
  {
    rule: "unknown_attribute",
    when: "a made-up gen_ai name",
    flaw: { later: { "gen_ai.response.mood": "good" } },
  },
  { rule: "unknown_attribute", when: "a kit name nobody documented", flaw: { later: { "kit.made.up": 1 } } },
  {
    rule: "attribute_not_of_span_type",
    when: "a retrieval attribute on a chat",
    flaw: { later: { "gen_ai.retrieval.top_k": 3 } },
  },
  {
    rule: "attribute_not_of_span_type",
    when: "an openai attribute with another provider",
    flaw: { creation: { "gen_ai.provider.name": "deepseek" } },
  },
  {
    rule: "attribute_not_of_span_type",
    when: "token usage on a fetched response",
    flaw: { name: "fetch_response", creation: { "gen_ai.operation.name": "fetch_response" } },
  },
  {
    rule: "forbidden_attribute",
    when: "the old system attribute",
    flaw: { later: { "gen_ai.system": "openai" } },
  },
  { rule: "forbidden_attribute", when: "a vendor prefix", flaw: { later: { "llm.model_name": "x" } } },
  {
    rule: "forbidden_attribute",
    when: "an invented usage name",
    flaw: { later: { "gen_ai.usage.cost": 1 } },
  },
  {
    rule: "wrong_type",
    when: "a fraction for an int",
    flaw: { later: { "gen_ai.request.max_tokens": 1.5 } },
  },
  {
    rule: "wrong_type",
    when: "a string for a list",
    flaw: { later: { "gen_ai.request.stop_sequences": "END" } },
  },
  { rule: "wrong_type", when: "a number for a string", flaw: { later: { "gen_ai.response.id": 7 } } },
  {
    rule: "wrong_value",
    when: "stream said to be false",
    flaw: { later: { "gen_ai.request.stream": false } },
  },
  {
    rule: "wrong_value",
    when: "an output type outside the list",
    flaw: { later: { "gen_ai.output.type": "json_schema" } },
  },
  {
    rule: "unknown_operation",
    when: "an operation nobody declared",
    flaw: { name: "chatter gpt-test", creation: { "gen_ai.operation.name": "chatter" } },
  },
  { rule: "wrong_kind", when: "a chat as a server span", flaw: { kind: SpanKind.SERVER } },
  { rule: "wrong_kind", when: "a call to a server as internal work", flaw: { kind: SpanKind.INTERNAL } },
  { rule: "wrong_name", when: "the model missing in the name", flaw: { name: "chat" } },
  {
    rule: "wrong_name",
    when: "a model that is unknown written out",
    flaw: {
      name: "chat undefined",
      creation: { "gen_ai.provider.name": "groq", "gen_ai.request.model": undefined },
    },
  },
  {
    rule: "missing_required",
    when: "no provider",
    flaw: { creation: { "gen_ai.provider.name": undefined } },
  },
  {
    rule: "missing_expected",
    when: "no finish reasons on a success",
    flaw: { later: { "gen_ai.response.finish_reasons": undefined } },
  },
  {
    rule: "missing_expected",
    when: "no server address",
    flaw: { creation: { "server.address": undefined, "server.port": undefined } },
  },
  {
    rule: "missing_conditional",
    when: "an address without a port",
    flaw: { creation: { "server.port": undefined } },
  },
  {
    rule: "missing_conditional",
    when: "a stream without time to first chunk",
    flaw: { later: { "gen_ai.request.stream": true } },
  },
  {
    rule: "not_at_creation",
    when: "the model set after the span began",
    flaw: { creation: { "gen_ai.request.model": undefined }, later: { "gen_ai.request.model": "gpt-test" } },
  },
  { rule: "status_ok", when: "a success marked OK", flaw: { status: { code: SpanStatusCode.OK } } },
  {
    rule: "error_type_missing",
    when: "an error without a type",
    flaw: { status: ERROR, exceptionEvents: 1 },
  },
  {
    rule: "error_type_without_error_status",
    when: "a type without an error",
    flaw: { later: { "error.type": "429" } },
  },
  { rule: "exception_on_span", when: "an exception recorded on the span", flaw: { recordException: true } },
  { rule: "span_not_ended", when: "a span left open", flaw: { neverEnd: true } },
  { rule: "wrong_mark", when: "a kind of mark nobody declared", flaw: { later: { "kit.kind": "chapter" } } },
  {
    rule: "wrong_mark",
    when: "a moment that lasts",
    flaw: { later: { "kit.kind": "event", "kit.event.name": "x" } },
  },
  {
    rule: "wrong_value",
    when: "facts of a moment that are no JSON object",
    flaw: { later: { "kit.kind": "event", "kit.event.data": "[1]" } },
  },
  {
    rule: "not_at_creation",
    when: "a mark that samplers did not see",
    flaw: { later: { "kit.kind": "task" } },
  },
  {
    rule: "wrong_schema_url",
    when: "the schema URL of another version",
    flaw: { schemaUrl: "https://opentelemetry.io/schemas/1.27.0" },
  },
  {
    rule: "token_subsets",
    when: "more cached than input tokens",
    flaw: { later: { "gen_ai.usage.cache_read.input_tokens": 13 } },
  },
  {
    rule: "content_off_by_default",
    when: "messages nobody asked for",
    flaw: { later: { "gen_ai.input.messages": messages(text) } },
  },
  {
    rule: "content_off_by_default",
    when: "messages on the event only",
    flaw: { eventAttributes: { "gen_ai.input.messages": [{ role: "user", parts: [text] }] } },
    options: SPAN_ONLY,
  },
  {
    rule: "content_schema",
    when: "text that is no JSON",
    flaw: { later: { "gen_ai.input.messages": "[{" } },
    options: SPAN_ONLY,
  },
  {
    rule: "content_schema",
    when: "a message without parts",
    flaw: { later: { "gen_ai.output.messages": '[{"role":"assistant"}]' } },
    options: SPAN_ONLY,
  },
  {
    rule: "content_schema",
    when: "a tool definition without a name",
    flaw: { later: { "gen_ai.tool.definitions": '[{"type":"web_search"}]' } },
    options: SPAN_ONLY,
  },
  {
    rule: "strict_part_types",
    when: "a text part without content",
    flaw: { later: { "gen_ai.input.messages": messages({ type: "text", text: "hi" }) } },
    options: SPAN_ONLY,
  },
  {
    rule: "strict_part_types",
    when: "a blob without modality",
    flaw: { later: { "gen_ai.input.messages": messages({ type: "blob", content: "aGk=" }) } },
    options: SPAN_ONLY,
  },
  {
    rule: "strict_part_types",
    when: "a malformed instruction part",
    flaw: { later: { "gen_ai.system_instructions": '[{"type":"text"}]' } },
    options: SPAN_ONLY,
  },
  {
    rule: "deprecated_message_field",
    when: "finish_reason inside a message",
    flaw: { later: { "gen_ai.output.messages": '[{"role":"assistant","parts":[],"finish_reason":"stop"}]' } },
    options: SPAN_ONLY,
  },
  {
    rule: "unknown_metric",
    when: "a metric of the old conventions",
    flaw: { duration: { name: "gen_ai.client.token.usage" } },
  },
  { rule: "wrong_instrument", when: "a counter for a duration", flaw: { duration: { counter: true } } },
  { rule: "wrong_unit", when: "milliseconds", flaw: { duration: { unit: "ms" } } },
  { rule: "wrong_buckets", when: "the default buckets", flaw: { duration: { buckets: [0, 5, 10] } } },
  {
    rule: "wrong_metric_attribute",
    when: "a high-cardinality attribute on a metric",
    flaw: { metricAttributes: { "gen_ai.response.id": "chatcmpl-1" } },
  },
  {
    rule: "wrong_metric_attribute",
    when: "the inference metric for another operation",
    flaw: {
      name: "embeddings gpt-test",
      creation: { "gen_ai.operation.name": "embeddings" },
      metricAttributes: { "gen_ai.operation.name": "embeddings" },
    },
  },
  {
    rule: "metric_differs_from_spans",
    when: "a duration that is not the span's",
    flaw: { duration: { extraSeconds: 0.5 } },
  },
  {
    rule: "metric_differs_from_spans",
    when: "a metric that lacks the response model",
    flaw: { metricAttributes: { "gen_ai.response.model": undefined } },
  },
  {
    rule: "unknown_event",
    when: "an event of the old conventions",
    flaw: { event: { name: "gen_ai.choice" } },
  },
  { rule: "wrong_event_shape", when: "another severity", flaw: { event: { severityNumber: 9 } } },
  { rule: "wrong_event_shape", when: "a body", flaw: { event: { body: "hello" } } },
  {
    rule: "wrong_event_shape",
    when: "JSON text where structure is expected",
    flaw: { eventAttributes: { "gen_ai.input.messages": messages(text) } },
    options: { capture: "EVENT_ONLY" },
  },
  {
    rule: "event_differs_from_span",
    when: "another token count on the event",
    flaw: { eventAttributes: { "gen_ai.usage.input_tokens": 99 } },
  },
  {
    rule: "event_differs_from_span",
    when: "a failure without its exception event",
    flaw: { later: { "error.type": "500" }, status: ERROR },
  },
  { rule: "event_differs_from_span", when: "an exception event for a success", flaw: { exceptionEvents: 1 } },
];

describe("the conformance check", () => {
  it("finds nothing in a flawless call", async () => {
    expect(checkConformance(await plantCall())).toEqual([]);
  });

  it("finds nothing in a flawless failure", async () => {
    const unanswered = Object.fromEntries(
      ["gen_ai.response.id", "gen_ai.response.model", "gen_ai.response.finish_reasons"].map((name) => [
        name,
        undefined,
      ]),
    );
    const usage = { "gen_ai.usage.input_tokens": undefined, "gen_ai.usage.output_tokens": undefined };
    const recorded = await plantCall({
      later: { ...unanswered, ...usage, "error.type": "429" },
      metricAttributes: { "gen_ai.response.model": undefined },
      status: ERROR,
      exceptionEvents: 1,
    });
    expect(checkConformance(recorded)).toEqual([]);
  });

  it("finds nothing in content that was asked for", async () => {
    const recorded = await plantCall({ later: { "gen_ai.input.messages": messages(text) } });
    expect(checkConformance(recorded, SPAN_ONLY)).toEqual([]);
  });

  it.each(PLANTED)("$rule: flags $when", async ({ rule, flaw, options }) => {
    const found = checkConformance(await plantCall(flaw), options).map((finding) => finding.rule);
    expect(found).toContain(rule);
  });

  it("has a planted violation for each of its rules", () => {
    expect(new Set(PLANTED.map(({ rule }) => rule))).toEqual(new Set(RULES));
  });

  it("leaves out the rules a test breaks on purpose", async () => {
    const recorded = await plantCall({ status: { code: SpanStatusCode.OK } });
    expect(checkConformance(recorded, { except: ["status_ok"] })).toEqual([]);
  });

  it("throws with every finding on a line of its own", async () => {
    const recorded = await plantCall({ name: "chat", kind: SpanKind.SERVER });
    expect(() => expectConformant(recorded)).toThrow(/2 violations.*wrong_kind: span chat.*wrong_name/s);
  });
});
