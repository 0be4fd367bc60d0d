export { LiteLLMInstrumentation } from "./instrumentation.js";
export { VERSION } from "./version.js";
