for (let times = 0; times < 20; times += 1) {
  require("./plain.mjs");
  delete require.cache[require.resolve("./plain.mjs")];
}
// What a developer may have left behind, and what stops nobody without a debugger.
// biome-ignore lint/suspicious/noDebugger: it is the point of this program
debugger;
require("./requires-module.cjs");
