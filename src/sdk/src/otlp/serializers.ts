import { lazy } from "../lazy-packages.js";
import type { OtlpSettings } from "./settings.js";

/**
 * OpenTelemetry's serializers for one encoding. Loaded when the first batch is sent, because they take as long to load as
 * the rest of OpenTelemetry, and synchronously, because an exiting process cannot await an import.
 */
export function loadSerializers({ protocol }: OtlpSettings) {
  const all = lazy.serializers();
  return protocol === "http/json"
    ? { traces: all.JsonTraceSerializer, metrics: all.JsonMetricsSerializer, logs: all.JsonLogsSerializer }
    : {
        traces: all.ProtobufTraceSerializer,
        metrics: all.ProtobufMetricsSerializer,
        logs: all.ProtobufLogsSerializer,
      };
}
