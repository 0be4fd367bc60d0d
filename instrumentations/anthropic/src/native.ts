import { clientOf, type NativeTelemetry, type ToolLoop } from "@kit/genai";
import type { PlatformClient } from "./client.js";

const CALL =
  /^anthropic\.(?:messages\.(?:create|count_tokens|batches\.(?:create|retrieve|cancel|results))|completions\.create)$/;
const TOOL = /^anthropic\.(?:custom|mcp)_tool_use /;
const AGENT = "anthropic.messages.tool_runner";

/** How versions from 0.134 make spans themselves. Their spans of sessions, files and the like are left alone. */
export const native: NativeTelemetry = {
  variable: "KIT_ANTHROPIC_NATIVE_TELEMETRY",
  tracer(receiver) {
    const client = clientOf<PlatformClient>(receiver);
    if (client?._tracer === undefined) return undefined;
    const ownProvider = client.openTelemetry?.tracerProvider !== undefined;
    return { holder: client, key: "_tracer", ownProvider };
  },
  read(name, attributes) {
    if (CALL.test(name)) return "call";
    if (name === AGENT) return "agent";
    // A tool run inside a session belongs to a managed agent.
    return TOOL.test(name) && !("anthropic.session.id" in attributes) ? "tool" : undefined;
  },
  passed: ([, options]) => (options as { __span?: { span?: unknown } } | undefined)?.__span?.span,
};

/** `stream()` sends its request through `create()`, but starts the SDK's span before and returns a helper to watch. */
export const stream: ToolLoop = (args) => args;
