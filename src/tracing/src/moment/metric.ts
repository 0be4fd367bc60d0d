import { KIT_ATTR } from "@kit/genai/core";
import { context } from "@opentelemetry/api";
import { attempt, tell } from "../attempt.js";
import { cutText } from "../safe-json.js";
import { readName } from "../scope/kinds.js";
import { currentGauge } from "./gauges.js";
import { recordMoment } from "./moment.js";

const MAX_NAME = 255;
const MAX_TAGS = 16;
const MAX_TAG = 128;

/** Dimensions of a measured value. Use few values for each: every combination is a series of its own in the backend. */
export type Tags = Readonly<Record<string, string | number | boolean>>;

/**
 * Records a measured value, as a zero-length span in the current trace and in the gauge `name` of the registered meter,
 * which keeps the last value for each set of tags. At most 16 tags of 128 characters each are recorded. A value that is not
 * finite is dropped. Never throws.
 */
export function metric(name: string, value: number, tags?: Tags): void {
  attempt(() => {
    const shown = cutText(readName(name), MAX_NAME);
    if (typeof value !== "number" || !Number.isFinite(value)) {
      tell("debug", () => `the value of metric ${shown} is not finite; it is dropped`);
      return;
    }
    const labels = attempt(() => readTags(tags));
    recordMoment(`metric ${shown}`, { [KIT_ATTR.kind]: "metric", [KIT_ATTR.eventName]: shown }, () => ({
      [KIT_ATTR.metricValue]: value,
      ...(labels !== undefined && { [KIT_ATTR.metricTags]: JSON.stringify(labels) }),
    }));
    currentGauge(shown)?.record(value, labels, context.active());
  });
}

function readTags(tags: Tags | undefined): Record<string, string> | undefined {
  if (typeof tags !== "object" || tags === null) return undefined;
  const entries = Object.entries(tags).filter(([, value]) => isTagValue(value));
  return Object.fromEntries(
    entries
      .slice(0, MAX_TAGS)
      .map(([key, value]) => [cutText(key, MAX_TAG), cutText(String(value), MAX_TAG)]),
  );
}

function isTagValue(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}
