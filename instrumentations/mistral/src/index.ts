export { MistralInstrumentation } from "./instrumentation.js";
export { VERSION } from "./version.js";
