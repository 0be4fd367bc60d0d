import { type Context, type Span, trace } from "@opentelemetry/api";

/** Spans of tools that libraries run, by whom they can be told from spans further in. */
const RUNS = new WeakMap<Span, string>();

/** Notes that a span tells of the run of a tool. */
export function rememberRun(span: Span, tool: string): void {
  RUNS.set(span, tool);
}

/** Whether the active span tells of this tool's run already: the library that called the tool is instrumented. */
export function isToolRecorded(name: string, parent: Context): boolean {
  const span = trace.getSpan(parent);
  return span !== undefined && RUNS.get(span) === name;
}
