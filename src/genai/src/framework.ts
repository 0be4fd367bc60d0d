export { type Choice, readChoice } from "./adapter/choice.js";
export { readEndpoint } from "./adapter/endpoint.js";
export type { OperationEnd } from "./adapter/outcome.js";
export { readInherited, withInherited } from "./context/inherited.js";
export {
  INFERENCE_OFFERED,
  isInferenceRecorded,
  isOperationRecorded,
  isTracingSuppressed,
  READER_LEFT,
  takeInference,
  unmarkInferenceRecorded,
} from "./context/suppression.js";
export { isProviderRecorded } from "./patch/recorded-providers.js";
export { ownerOf } from "./patch/resources.js";
export { guard } from "./record/guard.js";
export { Recorder } from "./record/recorder.js";
export type { Telemetry } from "./record/telemetry.js";
export { type TelemetryOptions, TelemetrySource } from "./record/telemetry-source.js";
export { startTool } from "./tool/tool.js";
