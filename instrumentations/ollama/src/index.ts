export { OllamaInstrumentation } from "./instrumentation.js";
export { VERSION } from "./version.js";
