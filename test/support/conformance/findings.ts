/** Everything the conformance check can object to. Each has a test that plants the violation. */
export const RULES = [
  "unknown_attribute",
  "attribute_not_of_span_type",
  "forbidden_attribute",
  "wrong_type",
  "wrong_value",
  "unknown_operation",
  "wrong_kind",
  "wrong_name",
  "missing_required",
  "missing_expected",
  "missing_conditional",
  "not_at_creation",
  "status_ok",
  "error_type_missing",
  "error_type_without_error_status",
  "exception_on_span",
  "span_not_ended",
  "wrong_mark",
  "wrong_schema_url",
  "token_subsets",
  "content_off_by_default",
  "content_schema",
  "strict_part_types",
  "deprecated_message_field",
  "unknown_metric",
  "wrong_instrument",
  "wrong_unit",
  "wrong_buckets",
  "wrong_metric_attribute",
  "metric_differs_from_spans",
  "unknown_event",
  "wrong_event_shape",
  "event_differs_from_span",
] as const;

/** Name of a rule of the conformance check. */
export type Rule = (typeof RULES)[number];

/** One violation: which rule, on what (span, metric or event by name), and what was seen. */
export interface Finding {
  readonly rule: Rule;
  readonly on: string;
  readonly what: string;
}

/** Collects the findings of one subject, so that the checks need not repeat its name. */
export type Report = (rule: Rule, what: string) => void;
