// A CommonJS application with instrumentations of its own, set up before and after ours.
const {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
} = require("@opentelemetry/instrumentation");

class Own extends InstrumentationBase {
  init() {
    return new InstrumentationNodeModuleDefinition("openai", ["*"], (exports) => {
      console.log("own hook");
      return exports;
    });
  }
}

new Own("own", "1", {});
if (require.main === module) require("./chat.cjs");
