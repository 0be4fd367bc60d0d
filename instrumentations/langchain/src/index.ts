export { KitCallbackHandler } from "./handler.js";
export { LangChainInstrumentation, type LangChainInstrumentationConfig } from "./instrumentation.js";
export type { InferenceSpans, KitCallbackHandlerOptions } from "./options.js";
export { VERSION } from "./version.js";
