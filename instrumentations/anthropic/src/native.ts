import { ATTR, type NativeTelemetry } from "@kit/genai";

/** A client of versions 0.134 and later; `_tracer` is what each of its methods starts spans with. */
interface TracingClient {
  _tracer?: object;
  openTelemetry?: { tracerProvider?: object };
}

const CALLS: ReadonlySet<string> = new Set([
  "anthropic.messages.create",
  "anthropic.messages.count_tokens",
  "anthropic.messages.batches.create",
  "anthropic.messages.batches.retrieve",
  "anthropic.messages.batches.cancel",
  "anthropic.messages.batches.results",
  "anthropic.completions.create",
]);
const TOOL = /^anthropic\.(?:custom|mcp)_tool_use /;
/** Only spans of managed agents have it. */
const SESSION_ID = "anthropic.session.id";
const AGENT = "anthropic.messages.tool_runner";

/** How versions 0.134 and later make spans by themselves. Those of sessions, files and the like stay the SDK's. */
export const native: NativeTelemetry = {
  variable: "KIT_ANTHROPIC_NATIVE_TELEMETRY",
  tracer(receiver) {
    const client = (receiver as { _client?: TracingClient } | undefined)?._client;
    if (client?._tracer === undefined) return undefined;
    return {
      holder: client,
      key: "_tracer",
      ownProvider: client.openTelemetry?.tracerProvider !== undefined,
    };
  },
  read(name, attributes) {
    if (CALLS.has(name)) return { kind: "call" };
    if (name === AGENT) {
      const model = text(attributes[ATTR.requestModel]);
      const conversationId = text(attributes[ATTR.conversationId]);
      const outputType = text(attributes[ATTR.outputType]);
      return { kind: "agent", request: { operation: "invoke_agent", model, conversationId, outputType } };
    }
    const tool = text(attributes[ATTR.toolName]);
    if (!TOOL.test(name) || tool === undefined || SESSION_ID in attributes) return undefined;
    const description = text(attributes[ATTR.toolDescription]);
    const callId = text(attributes[ATTR.toolCallId]);
    return { kind: "tool", name: tool, description, callId };
  },
  passed: ([, options]) => (options as { __span?: { span?: unknown } } | undefined)?.__span?.span,
};

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
