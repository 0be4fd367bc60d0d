import { ATTR, KIT_ATTR } from "@kit/genai/core";
import { readFailure } from "../span/failure.js";
import { type ReadableSpan, readText } from "../span/readable-span.js";
import { readObject } from "../text/read-object.js";
import { toErrorText } from "../text/scrub.js";
import { addUserData } from "./display-fields.js";
import type { EventData } from "./event.js";

/** The attributes that the fields of events, metrics and alerts cover. */
export const COVERED_BY_MOMENT: readonly string[] = [
  KIT_ATTR.eventName,
  KIT_ATTR.eventData,
  KIT_ATTR.metricValue,
  KIT_ATTR.metricTags,
  KIT_ATTR.alertMessage,
  KIT_ATTR.alertSeverity,
  KIT_ATTR.alertDetails,
];

/** A custom event: the application's own data, as members of `data` beside the event's. */
export function readCustomEvent({ name, attributes }: ReadableSpan, own: EventData): EventData {
  const title = readText(attributes, KIT_ATTR.eventName) ?? name.replace(/^event (?=.)/, "");
  const data: EventData = { ...own, name: title };
  addUserData(data, readObject(attributes[KIT_ATTR.eventData]) ?? {});
  data.summary ??= title;
  return data;
}

/** `undefined` if there is no finite value. */
export function readMetric({ name, attributes }: ReadableSpan): EventData | undefined {
  const value = attributes[KIT_ATTR.metricValue];
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const title = readText(attributes, KIT_ATTR.eventName) ?? name.replace(/^metric (?=.)/, "");
  const tags = readObject(attributes[KIT_ATTR.metricTags]);
  return { name: title, value, tags, summary: `${title}=${value}` };
}

export function readAlert({ name, attributes }: ReadableSpan): EventData {
  const message = readText(attributes, KIT_ATTR.alertMessage) ?? name;
  return {
    message,
    title: message,
    severity: readText(attributes, KIT_ATTR.alertSeverity) ?? "warning",
    details: readText(attributes, KIT_ATTR.alertDetails),
  };
}

/** An error that reached the top of the process. */
export function readProcessError(span: ReadableSpan): EventData {
  const { attributes } = span;
  const type = readText(attributes, ATTR.exceptionType) ?? readText(attributes, ATTR.errorType);
  const message = readText(attributes, ATTR.exceptionMessage) ?? readFailure(span)?.error;
  const text = [type, message].filter(Boolean).join(": ") || span.name;
  return {
    name: readText(attributes, KIT_ATTR.eventName) ?? "uncaughtException",
    error: toErrorText(text),
    error_type: type && toErrorText(type),
  };
}

export const COVERED_BY_PROCESS_ERROR: readonly string[] = [
  ATTR.exceptionType,
  ATTR.exceptionMessage,
  ATTR.errorType,
  KIT_ATTR.eventName,
];
