export { batchCalls, batchResults } from "./adapter/batches.js";
export { copyWith } from "./adapter/copy-with.js";
export { DeltaFold } from "./adapter/delta-fold.js";
export { type Foreign, objectsOf, withoutNulls } from "./adapter/foreign.js";
export {
  type Message,
  type MessagePart,
  parseJson,
  readParts,
  type ToolDefinition,
  textMessage,
  textOf,
  toMediaPart,
} from "./adapter/messages.js";
export type {
  Call,
  Content,
  Fold,
  RequestFacts,
  ResponseFacts,
  ToolFacts,
  ToolLoop,
  ToolOutput,
  TraceTool,
} from "./adapter/operation.js";
export { readParameters, type SharedParameters } from "./adapter/parameters.js";
export { TextBuilder } from "./adapter/text-builder.js";
export type { Usage } from "./adapter/usage.js";
export { ATTR, KIT_ATTR } from "./attributes.js";
export type { ContentCapture } from "./content/content-policy.js";
export { markInferenceRecorded } from "./context/suppression.js";
export type { NativeTelemetry } from "./native/native.js";
export { type ChooseCall, type Definition, methodsOf, type Target } from "./patch/definition.js";
export { GenAIInstrumentation, type GenAIInstrumentationConfig } from "./patch/instrumentation.js";
export { clientOf, resourceMethods } from "./patch/resources.js";
export { showAs, traceMember } from "./tool/tool-object.js";
export { VERSION } from "./version.js";
