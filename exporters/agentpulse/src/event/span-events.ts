import { ATTR, KIT_ATTR } from "@kit/genai/core";
import { readFailure } from "../span/failure.js";
import { type ReadableSpan, readDurationMs, readText, toSeconds } from "../span/readable-span.js";
import { cut } from "../text/scrub.js";
import type { EventData } from "./event.js";

const MAX_CAPTURED = 500;

/** The attributes that the fields of a span, session or job tell. */
export const COVERED_BY_SPAN_EVENT: readonly string[] = [
  ATTR.operationName,
  ATTR.workflowName,
  ATTR.toolName,
  KIT_ATTR.sessionName,
  KIT_ATTR.sessionResult,
  KIT_ATTR.cronJob,
  KIT_ATTR.cronSummary,
  KIT_ATTR.functionArguments,
  KIT_ATTR.functionResult,
];

/** What of a span's name stands before the name that the application gave. */
const PREFIX = /^(invoke_workflow|invoke_agent|create_agent|execute_tool|task|cron) (?=.)/;

/** An agent's step, a tool, a task: any span that is no model call. */
export function readSpan(span: ReadableSpan, kind: string): EventData {
  const name = readName(span);
  const failure = readFailure(span);
  return {
    name,
    span_kind: kind,
    operation: readText(span.attributes, ATTR.operationName),
    status: failure ? "error" : "ok",
    ...failure,
    ...readTimes(span),
    args: readCaptured(span, KIT_ATTR.functionArguments),
    result: readCaptured(span, KIT_ATTR.functionResult),
    summary: `${kind} ${name}`,
  };
}

export function readSpanStart(span: ReadableSpan, kind: string): EventData {
  const name = readName(span);
  return { name, span_kind: kind, summary: `${kind} ${name}` };
}

export function readSessionEnd(span: ReadableSpan): EventData {
  const name = readText(span.attributes, KIT_ATTR.sessionName) ?? readName(span);
  const failure = readFailure(span);
  const result = readText(span.attributes, KIT_ATTR.sessionResult);
  return {
    action: "end",
    type: "session",
    name,
    label: name,
    status: failure && (result === undefined || PASSED.test(result)) ? "error" : (result ?? "ok"),
    ...failure,
    ...readTimes(span),
    summary: `session ${name}`,
  };
}

const PASSED = /^(ok|success)$/i;

/** A run of a job. The dashboard knows `ok` as success and `fail` as failure, no other word. */
export function readCronRun(span: ReadableSpan): EventData {
  const failure = readFailure(span);
  const { start_time, end_time, ...times } = readTimes(span);
  const summary = readText(span.attributes, KIT_ATTR.cronSummary);
  return {
    job: readJob(span),
    status: failure ? "fail" : "ok",
    ...failure,
    started_at: start_time,
    ended_at: end_time,
    ...times,
    summary: summary && cut(summary, MAX_CAPTURED),
  };
}

/** Names the run's own session, so that the dashboard gathers the runs of a job. */
export function readJobRun(span: ReadableSpan): EventData {
  const job = readJob(span);
  return { type: "cron", job_name: job, label: job, ...readTimes(span), summary: `cron ${job}` };
}

export function readJob(span: ReadableSpan): string {
  return readText(span.attributes, KIT_ATTR.cronJob) ?? readName(span);
}

/** The name that the application gave. */
function readName({ name, attributes }: ReadableSpan): string {
  const given = readText(attributes, ATTR.toolName) ?? readText(attributes, ATTR.workflowName);
  return cut(given ?? name.replace(PREFIX, ""), MAX_CAPTURED);
}

function readTimes(span: ReadableSpan) {
  const duration = readDurationMs(span);
  return {
    start_time: toSeconds(span.startTime),
    end_time: toSeconds(span.endTime),
    duration_ms: duration,
    duration: Math.round(duration),
  };
}

function readCaptured({ attributes }: ReadableSpan, name: string): string | undefined {
  const text = readText(attributes, name);
  return text && cut(text, MAX_CAPTURED);
}
