import { parts } from "../parts.js";
import type { OtlpSettings } from "./settings.js";

/**
 * The serializers of OpenTelemetry for one encoding. Required when the first batch leaves, not imported: they
 * cost as much start-up time as the rest of OpenTelemetry, and a process that exits can wait for no import.
 */
export function loadSerializers({ protocol }: OtlpSettings) {
  const all = parts.serializers();
  return protocol === "http/json"
    ? { traces: all.JsonTraceSerializer, metrics: all.JsonMetricsSerializer, logs: all.JsonLogsSerializer }
    : {
        traces: all.ProtobufTraceSerializer,
        metrics: all.ProtobufMetricsSerializer,
        logs: all.ProtobufLogsSerializer,
      };
}
