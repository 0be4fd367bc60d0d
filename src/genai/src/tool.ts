import { type Attributes, context, SpanKind } from "@opentelemetry/api";
import { ATTR } from "./attributes.js";
import { parseJson } from "./messages.js";
import type { ToolFacts } from "./operation.js";
import { Recorder } from "./recorder.js";
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
    const recorder = startTool(active, tool, args);
    if (recorder === undefined) return call();
    return runTool(recorder, call);
  };
  Object.defineProperty(traced, "name", { value: run.name, configurable: true });
  Object.defineProperty(traced, "length", { value: run.length, configurable: true });
  return traced as unknown as F;
}

function startTool(telemetry: Telemetry, tool: ToolFacts, args: readonly unknown[]): Recorder | undefined {
  try {
    const attributes: Attributes = { [ATTR.toolName]: tool.name, [ATTR.toolType]: tool.type ?? "function" };
    const callId = tool.callId?.(args);
    const more: Attributes = {};
    if (tool.description !== undefined) more[ATTR.toolDescription] = tool.description;
    if (callId !== undefined) more[ATTR.toolCallId] = callId;
    return new Recorder(telemetry, {
      request: {
        operation: "execute_tool",
        attributes: more,
        content: () => ({ toolArguments: parseJson(args[0]) }),
      },
      provider: undefined,
      kind: SpanKind.INTERNAL,
      subject: tool.name,
      attributes,
      errorsAreContent: true,
      parent: unmarkInferenceRecorded(context.active()),
    });
  } catch {
    return undefined;
  }
}

function runTool(recorder: Recorder, call: () => unknown): unknown {
  const completed = (result: unknown) =>
    recorder.end({ outcome: "completed", response: { content: () => ({ toolResult: parseJson(result) }) } });
  let result: unknown;
  try {
    result = context.with(recorder.context, call);
  } catch (error) {
    recorder.end({ outcome: "error", error });
    throw error;
  }
  if (!(result instanceof Promise)) {
    completed(result);
    return result;
  }
  // Both sides are handled here, and the caller still gets its own promise, whose rejection it must handle itself.
  result.then(completed, (error: unknown) => recorder.end({ outcome: "error", error }));
  return result;
}
