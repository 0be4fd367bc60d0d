export { ATTR, KIT_ATTR, SCHEMA_URL } from "./attributes.js";
export { batchCalls, batchResults } from "./batches.js";
export {
  type ContentCapture,
  type ContentOptions,
  type ContentPolicy,
  createContentPolicy,
} from "./content-policy.js";
export { copyWith } from "./copy-with.js";
export { CostCalculator } from "./cost/calculator.js";
export type { CostMatch } from "./cost/model-name.js";
export type { Price, PriceEntry, PriceOverrides } from "./cost/price.js";
export {
  type AnyCall,
  type AnyToolLoop,
  type Definition,
  type Method,
  methodsOf,
  type Target,
  type Wrap,
} from "./definition.js";
export { DeltaFold } from "./delta-fold.js";
export { type Endpoint, readEndpoint } from "./endpoint.js";
export { describeError, type ErrorDescription, withoutSecrets } from "./errors.js";
export { type Foreign, withoutNulls } from "./foreign.js";
export { type Inherited, inheritedAttributes, readInherited, withInherited } from "./inherited.js";
export { GenAIInstrumentation, type GenAIInstrumentationConfig } from "./instrumentation.js";
export {
  type CustomPart,
  type Message,
  type MessagePart,
  type Modality,
  parseJson,
  readParts,
  type ToolDefinition,
  textMessage,
  textOf,
  toMediaPart,
} from "./messages.js";
export { LocalDurations } from "./metrics.js";
export type { NativeTelemetry } from "./native.js";
export type {
  Call,
  Content,
  Fold,
  HeaderFacts,
  ReadHeader,
  RequestFacts,
  ResponseFacts,
  RetrievedDocument,
  ToolFacts,
  ToolLoop,
  TraceTool,
} from "./operation.js";
export type { Outcome } from "./outcome.js";
export { type Parameters, readParameters } from "./parameters.js";
export { isProviderRecorded } from "./recorded-providers.js";
export { type Moment, type OperationEnd, type OperationStart, Recorder } from "./recorder.js";
export { clientOf, type Resources, resourceMethods } from "./resources.js";
export {
  INFERENCE_OFFERED,
  isInferenceRecorded,
  isTracingSuppressed,
  markInferenceRecorded,
  takeInference,
} from "./suppression.js";
export type { Telemetry } from "./telemetry.js";
export { type TelemetryOptions, TelemetrySource } from "./telemetry-source.js";
export { TextBuilder } from "./text-builder.js";
export { startTool, type ToolRun } from "./tool.js";
export { traceMember } from "./tool-object.js";
export { isToolRecorded } from "./tool-runs.js";
export type { Usage } from "./usage.js";
export { VERSION } from "./version.js";
