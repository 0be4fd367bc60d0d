import { type Context, createContextKey, type Span, trace } from "@opentelemetry/api";

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

/** The tools that one function runs at once, and the span below which theirs are. */
const TOGETHER = createContextKey("kit: tools that run at once");

interface Together {
  readonly tools: readonly string[];
  readonly below: Span | undefined;
}

/** A context for the inside of a function that runs several tools, each of which has a span of its own. */
export function withRuns(parent: Context, tools: readonly string[]): Context {
  return parent.setValue(TOGETHER, { tools, below: trace.getSpan(parent) } satisfies Together);
}

/** Whether the library that called a tool is instrumented, and so has a span for this run, the active one or beside it. */
export function isToolRecorded(name: string, parent: Context): boolean {
  const span = trace.getSpan(parent);
  if (span !== undefined && RUNS.get(span) === name) return true;
  const together = parent.getValue(TOGETHER) as Together | undefined;
  return together !== undefined && together.below === span && together.tools.includes(name);
}
