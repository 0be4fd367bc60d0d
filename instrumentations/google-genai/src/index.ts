export { GoogleGenAIInstrumentation } from "./instrumentation.js";
export { VERSION } from "./version.js";
