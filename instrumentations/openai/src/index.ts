export { OpenAIInstrumentation } from "./instrumentation.js";
export { VERSION } from "./version.js";
