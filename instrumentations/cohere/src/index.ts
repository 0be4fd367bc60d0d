export { CohereInstrumentation } from "./instrumentation.js";
export { VERSION } from "./version.js";
