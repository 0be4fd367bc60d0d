import { type NativeTelemetry, readNativeAgent, readNativeTool } from "@kit/genai";
import { clientOf } from "./client.js";

const CALL =
  /^anthropic\.(?:messages\.(?:create|count_tokens|batches\.(?:create|retrieve|cancel|results))|completions\.create)$/;
const TOOL = /^anthropic\.(?:custom|mcp)_tool_use /;
const AGENT = "anthropic.messages.tool_runner";
/** Only spans of managed agents have it. */
const SESSION_ID = "anthropic.session.id";

/** How versions 0.134 and later make spans by themselves. Those of sessions, files and the like stay the SDK's. */
export const native: NativeTelemetry = {
  variable: "KIT_ANTHROPIC_NATIVE_TELEMETRY",
  tracer(receiver) {
    const client = clientOf(receiver);
    if (client?._tracer === undefined) return undefined;
    return {
      holder: client,
      key: "_tracer",
      ownProvider: client.openTelemetry?.tracerProvider !== undefined,
    };
  },
  read(name, attributes) {
    if (CALL.test(name)) return { kind: "call" };
    if (name === AGENT) return readNativeAgent(attributes);
    return TOOL.test(name) && !(SESSION_ID in attributes) ? readNativeTool(attributes) : undefined;
  },
  passed: ([, options]) => (options as { __span?: { span?: unknown } } | undefined)?.__span?.span,
};
