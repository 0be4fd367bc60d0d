import { type Context, type Span, trace } from "@opentelemetry/api";

/** What is known about a tool's run when it starts. */
export interface ToolRun {
  readonly name: string;
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly callId?: string | undefined;
  /** The agent that runs it and the conversation it belongs to, if a framework knows them. */
  readonly agentName?: string | undefined;
  readonly conversationId?: string | undefined;
}

/** Spans of tools that libraries run, with the tool's name. */
const RUNS = new WeakMap<Span, string>();

/** Notes that a span describes a tool's run. */
export function rememberRun(span: Span, tool: string): void {
  RUNS.set(span, tool);
}

/** Those that a library made itself, and that nobody is to replace. */
const NATIVE_RUNS = new WeakSet<Span>();

/** Notes that a span which a library made itself describes a tool's run. */
export function rememberNativeRun(span: Span, tool: string): void {
  rememberRun(span, tool);
  NATIVE_RUNS.add(span);
}

/** Whether the active span is the one that the library itself made of this tool's run. */
export function isNativeRun(name: string, parent: Context): boolean {
  const span = trace.getSpan(parent);
  return span !== undefined && NATIVE_RUNS.has(span) && RUNS.get(span) === name;
}

/** Whether the active span already describes this tool's run, because the library that called it is instrumented. */
export function isToolRecorded(name: string, parent: Context): boolean {
  const span = trace.getSpan(parent);
  return span !== undefined && RUNS.get(span) === name;
}
