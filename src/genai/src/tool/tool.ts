import { type Attributes, type Context, context, diag, SpanKind, trace } from "@opentelemetry/api";
import { parseJson } from "../adapter/messages.js";
import type { Content, ToolFacts } from "../adapter/operation.js";
import type { OperationEnd } from "../adapter/outcome.js";
import { ATTR } from "../attributes.js";
import { isTracingSuppressed, unmarkInferenceRecorded } from "../context/suppression.js";
import { StandInSpan } from "../native/native-span.js";
import { Recorder } from "../record/recorder.js";
import type { Telemetry } from "../record/telemetry.js";
import { inWords } from "../record/thrown.js";
import { isNativeRun, rememberRun, type ToolRun } from "./tool-runs.js";

/**
 * Makes `run` report each of its runs as an `execute_tool` span. Result, promise, exception, `this`, name and length stay
 * the application's own.
 */
export function traceTool<F extends (...args: never[]) => unknown>(
  telemetry: () => Telemetry | undefined,
  tool: ToolFacts,
  run: F,
): F {
  if (isTraced(run)) return run;
  // Written as a method, because tools are arrow functions or methods, which have no prototype of their own.
  const { traced } = {
    traced(this: unknown, ...args: unknown[]): unknown {
      const call = () => Reflect.apply(run, this, args) as unknown;
      const active = telemetry();
      const parent = context.active();
      if (active === undefined || isTracingSuppressed(parent)) return call();
      const content = (): Content => ({ toolArguments: parseJson(tool.input ? tool.input(args) : args[0]) });
      const begun = begin(active, tool, args, parent, content);
      return begun === undefined ? call() : runTool(...begun, call);
    },
  };
  TRACED.add(traced);
  Object.defineProperty(traced, "name", { value: run.name, configurable: true });
  Object.defineProperty(traced, "length", { value: run.length, configurable: true });
  return traced as unknown as F;
}

/** Functions that already report their runs: one of a library's methods may pass a tool on to the next. */
const TRACED = new WeakSet<object>();

/** Whether a function already reports its runs. */
export function isTraced(run: object): boolean {
  return TRACED.has(run);
}

type Begun = [within: Context, end: (end: OperationEnd) => void];

/** Finds the record of this run that the library's own span opened, or starts one. */
function begin(
  telemetry: Telemetry,
  tool: ToolFacts,
  args: readonly unknown[],
  parent: Context,
  content: () => Content,
): Begun | undefined {
  try {
    const { type, description } = tool;
    const name = typeof tool.name === "string" ? tool.name : tool.name(args);
    const callId = tool.callId?.(args);
    const open = StandInSpan.ofTool(name, callId, parent);
    if (open !== undefined) return [open.context, (end) => open.settle(withContent(end, content))];
    // Tools that come while a runner runs are traced whatever the mode, because a runner does not show its client.
    if (isNativeRun(name, parent)) return undefined;
    const recorder = startTool(telemetry, { name, type, description, callId }, parent, content);
    return [recorder.context, (end) => recorder.end(end)];
  } catch (error) {
    diag.debug("a tool cannot be traced", inWords(error));
    return undefined;
  }
}

/** Starts the record of one run of a tool inside this process. */
export function startTool(
  telemetry: Telemetry,
  { name, type = "function", description, callId, agentName, conversationId }: ToolRun,
  parent: Context,
  content?: () => Content,
): Recorder {
  const more: Attributes = {};
  if (description !== undefined && telemetry.policy.toolDescriptions)
    more[ATTR.toolDescription] = description;
  if (callId !== undefined) more[ATTR.toolCallId] = callId;
  const recorder = new Recorder(telemetry, {
    request: { operation: "execute_tool", attributes: more, conversationId, content },
    provider: undefined,
    kind: SpanKind.INTERNAL,
    subject: name,
    attributes: {
      [ATTR.toolName]: name,
      [ATTR.toolType]: type,
      ...(agentName !== undefined && { [ATTR.agentName]: agentName }),
    },
    errorsAreContent: true,
    parent: unmarkInferenceRecorded(parent),
  });
  const span = trace.getSpan(recorder.context);
  if (span !== undefined) rememberRun(span, name);
  return recorder;
}

/** Somebody else started the record before the arguments were known, so they are added at its end. */
function withContent(end: OperationEnd, content: () => Content): OperationEnd {
  const { response } = end;
  return { ...end, response: { ...response, content: () => ({ ...content(), ...response?.content?.() }) } };
}

function runTool(within: Context, end: (end: OperationEnd) => void, call: () => unknown): unknown {
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
  // Handles both outcomes; the caller still gets its own promise, and has to handle that one's rejection itself.
  result.then(completed, (error: unknown) => end({ outcome: "error", error }));
  return result;
}
