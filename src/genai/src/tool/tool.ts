import { type Attributes, type Context, context, diag, SpanKind, trace } from "@opentelemetry/api";
import { parseJson } from "../adapter/messages.js";
import type { Content, ReadTools, ToolFacts, ToolOutput } from "../adapter/operation.js";
import type { OperationEnd } from "../adapter/outcome.js";
import { ATTR } from "../attributes.js";
import { isTracingSuppressed, unmarkInferenceRecorded } from "../context/suppression.js";
import { StandInSpan } from "../native/native-span.js";
import { Recorder } from "../record/recorder.js";
import type { Telemetry } from "../record/telemetry.js";
import { inWords } from "../record/thrown.js";
import { isNativeRun, rememberRun, type ToolRun, withRuns } from "./tool-runs.js";

/**
 * Makes `run` report each of its runs as an `execute_tool` span. Result, promise, exception, `this`, name and length stay
 * the application's own.
 */
export function traceTool<F extends (...args: never[]) => unknown>(
  telemetry: () => Telemetry | undefined,
  tool: ToolFacts | ReadTools,
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
      const begun = readTools(tool, args).flatMap((each) => begin(active, each, args, parent) ?? []);
      return begun.length === 0 ? call() : runTools(begun, parent, call);
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

/** A run whose record is open. */
interface Begun {
  readonly name: string;
  readonly within: Context;
  end(end: OperationEnd): void;
  completed(result: unknown): OperationEnd;
}

function readTools(tool: ToolFacts | ReadTools, args: readonly unknown[]): readonly ToolFacts[] {
  if (typeof tool !== "function") return [tool];
  try {
    return tool(args);
  } catch (error) {
    diag.debug("tools cannot be traced", inWords(error));
    return [];
  }
}

/** Finds the record of this run that the library's own span opened, or starts one. */
function begin(
  telemetry: Telemetry,
  tool: ToolFacts,
  args: readonly unknown[],
  parent: Context,
): Begun | undefined {
  const content = (): Content => ({ toolArguments: parseJson(tool.input ? tool.input(args) : args[0]) });
  const completed = (result: unknown) => toEnd(tool, result);
  try {
    const { type, description } = tool;
    const name = typeof tool.name === "string" ? tool.name : tool.name(args);
    const callId = tool.callId?.(args);
    const open = StandInSpan.ofTool(name, callId, parent);
    if (open !== undefined) {
      const end = (end: OperationEnd) => open.settle(withContent(end, content));
      return { name, within: open.context, end, completed };
    }
    // Tools that come while a runner runs are traced whatever the mode, because a runner does not show its client.
    if (isNativeRun(name, parent)) return undefined;
    const recorder = startTool(telemetry, { name, type, description, callId }, parent, content);
    return { name, within: recorder.context, end: (end) => recorder.end(end), completed };
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

function toEnd({ output }: ToolFacts, answer: unknown): OperationEnd {
  let found: unknown = answer;
  let error: ToolOutput["error"];
  try {
    if (output !== undefined) ({ result: found, error } = output(answer));
  } catch (failure) {
    diag.debug("the result of a tool cannot be read", inWords(failure));
  }
  const content = () => ({ toolResult: parseJson(found) });
  return { outcome: "completed", response: { ...(error && { error }), content } };
}

/** What one of several runs at once does inside cannot be told from what the others do, so it belongs to none of them. */
function runTools(begun: readonly Begun[], parent: Context, call: () => unknown): unknown {
  const [first] = begun;
  const within =
    begun.length === 1 && first !== undefined
      ? first.within
      : withRuns(
          parent,
          begun.map(({ name }) => name),
        );
  const completed = (result: unknown) => {
    for (const run of begun) run.end(run.completed(result));
  };
  const failed = (error: unknown) => {
    for (const run of begun) run.end({ outcome: "error", error });
  };
  let result: unknown;
  try {
    result = context.with(within, call);
  } catch (error) {
    failed(error);
    throw error;
  }
  if (!(result instanceof Promise)) {
    completed(result);
    return result;
  }
  // Handles both outcomes; the caller still gets its own promise, and has to handle that one's rejection itself.
  result.then(completed, failed);
  return result;
}
