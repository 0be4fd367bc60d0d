import { type Context, SpanKind } from "@opentelemetry/api";
import type { RequestFacts } from "../adapter/operation.js";
import { Recorder } from "./recorder.js";
import type { Telemetry } from "./telemetry.js";

/** Starts the record of an agent that runs inside this process. Its span is never named after a model. */
export function startAgent(telemetry: Telemetry, request: RequestFacts, parent: Context): Recorder {
  return new Recorder(telemetry, {
    request: { ...request, operation: "invoke_agent" },
    provider: undefined,
    kind: SpanKind.INTERNAL,
    subject: "",
    parent,
  });
}
