export { ATTR, KIT_ATTR } from "./attributes.js";
export { batchCalls, batchResults } from "./batches.js";
export type { ContentCapture } from "./content-policy.js";
export { copyWith } from "./copy-with.js";
export { type Definition, methodsOf, type Target } from "./definition.js";
export { DeltaFold } from "./delta-fold.js";
export { type Foreign, withoutNulls } from "./foreign.js";
export { GenAIInstrumentation, type GenAIInstrumentationConfig } from "./instrumentation.js";
export {
  type Message,
  type MessagePart,
  parseJson,
  readParts,
  type ToolDefinition,
  textMessage,
  textOf,
  toMediaPart,
} from "./messages.js";
export type { NativeTelemetry } from "./native.js";
export type {
  Call,
  Content,
  Fold,
  RequestFacts,
  ResponseFacts,
  ToolFacts,
  ToolLoop,
  TraceTool,
} from "./operation.js";
export { readParameters, type SharedParameters } from "./parameters.js";
export { clientOf, resourceMethods } from "./resources.js";
export { markInferenceRecorded } from "./suppression.js";
export { TextBuilder } from "./text-builder.js";
export { traceMember } from "./tool-object.js";
export type { Usage } from "./usage.js";
export { VERSION } from "./version.js";
