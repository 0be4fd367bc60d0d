import { type Context, type Span, trace } from "@opentelemetry/api";

/** What is known of a tool's run when it starts. */
export interface ToolRun {
  readonly name: string;
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly callId?: string | undefined;
  /** The agent that runs it and the conversation it runs for, where a framework knows them. */
  readonly agentName?: string | undefined;
  readonly conversationId?: string | undefined;
}

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
