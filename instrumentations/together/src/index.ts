export { TogetherInstrumentation } from "./instrumentation.js";
export { VERSION } from "./version.js";
