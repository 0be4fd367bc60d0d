export { AnthropicInstrumentation } from "./instrumentation.js";
export { VERSION } from "./version.js";
