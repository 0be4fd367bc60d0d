export { type Choice, readChoice } from "./choice.js";
export { readEndpoint } from "./endpoint.js";
export { readInherited, withInherited } from "./inherited.js";
export type { OperationEnd } from "./outcome.js";
export { isProviderRecorded } from "./recorded-providers.js";
export { Recorder } from "./recorder.js";
export {
  INFERENCE_OFFERED,
  isInferenceRecorded,
  isTracingSuppressed,
  takeInference,
  unmarkInferenceRecorded,
} from "./suppression.js";
export type { Telemetry } from "./telemetry.js";
export { type TelemetryOptions, TelemetrySource } from "./telemetry-source.js";
export { startTool } from "./tool.js";
