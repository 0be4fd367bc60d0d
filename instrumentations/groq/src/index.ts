export { GroqInstrumentation } from "./instrumentation.js";
export { VERSION } from "./version.js";
