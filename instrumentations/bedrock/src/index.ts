export { BedrockInstrumentation } from "./instrumentation.js";
export { VERSION } from "./version.js";
