import { type Attributes, type Context, context, SpanKind } from "@opentelemetry/api";
import { ATTR } from "./attributes.js";
import { parseJson } from "./messages.js";
import { StandInSpan } from "./native-span.js";
import type { Content, ToolFacts } from "./operation.js";
import { type OperationEnd, Recorder } from "./recorder.js";
import { isTracingSuppressed, unmarkInferenceRecorded } from "./suppression.js";
import type { Telemetry } from "./telemetry.js";

/**
 * Makes `run` report each of its runs as an `execute_tool` span. Its result, promise, exception, `this`, name and
 * length stay the application's own.
 */
export function traceTool<F extends (...args: never[]) => unknown>(
  telemetry: () => Telemetry | undefined,
  tool: ToolFacts,
  run: F,
): F {
  const traced = function (this: unknown, ...args: unknown[]): unknown {
    const call = () => Reflect.apply(run, this, args) as unknown;
    const active = telemetry();
    const parent = context.active();
    if (active === undefined || isTracingSuppressed(parent)) return call();
    const content = (): Content => ({ toolArguments: parseJson(args[0]) });
    const open = StandInSpan.ofTool(tool.name, tool.callId?.(args), parent);
    if (open !== undefined)
      return runTool(open.context, call, (end) => open.settle(withContent(end, content)));
    const recorder = tryStart(active, tool, args, content);
    return recorder === undefined ? call() : runTool(recorder.context, call, (end) => recorder.end(end));
  };
  Object.defineProperty(traced, "name", { value: run.name, configurable: true });
  Object.defineProperty(traced, "length", { value: run.length, configurable: true });
  return traced as unknown as F;
}

/** What is known of a tool's run when it starts. */
export interface ToolRun {
  readonly name: string;
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly callId?: string | undefined;
}

/** Starts the record of one run of a tool inside this process. */
export function startTool(
  telemetry: Telemetry,
  { name, type = "function", description, callId }: ToolRun,
  parent: Context,
  content?: () => Content,
): Recorder {
  const more: Attributes = {};
  if (description !== undefined) more[ATTR.toolDescription] = description;
  if (callId !== undefined) more[ATTR.toolCallId] = callId;
  return new Recorder(telemetry, {
    request: { operation: "execute_tool", attributes: more, content },
    provider: undefined,
    kind: SpanKind.INTERNAL,
    subject: name,
    attributes: { [ATTR.toolName]: name, [ATTR.toolType]: type },
    errorsAreContent: true,
    parent: unmarkInferenceRecorded(parent),
  });
}

function tryStart(
  telemetry: Telemetry,
  { name, type, description, callId }: ToolFacts,
  args: readonly unknown[],
  content: () => Content,
): Recorder | undefined {
  try {
    const run = { name, type, description, callId: callId?.(args) };
    return startTool(telemetry, run, context.active(), content);
  } catch {
    return undefined;
  }
}

/** The arguments came too late for the start of a record that somebody else opened, so they come with its end. */
function withContent(end: OperationEnd, content: () => Content): OperationEnd {
  const { response } = end;
  return { ...end, response: { ...response, content: () => ({ ...content(), ...response?.content?.() }) } };
}

function runTool(within: Context, call: () => unknown, end: (end: OperationEnd) => void): unknown {
  const completed = (result: unknown) =>
    end({ outcome: "completed", response: { content: () => ({ toolResult: parseJson(result) }) } });
  let result: unknown;
  try {
    result = context.with(within, call);
  } catch (error) {
    end({ outcome: "error", error });
    throw error;
  }
  if (!(result instanceof Promise)) {
    completed(result);
    return result;
  }
  // Both sides are handled here, and the caller still gets its own promise, whose rejection it must handle itself.
  result.then(completed, (error: unknown) => end({ outcome: "error", error }));
  return result;
}
