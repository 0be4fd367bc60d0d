// Preloaded: prints the order in which loaders are registered and files of OpenTelemetry are loaded.
const Module = require("node:module");
const { isMainThread } = require("node:worker_threads");

const order = [];
const note = (step) => order.at(-1) === step || order.push(step);
const { register } = Module;
const { load } = Module.prototype;
Module.register = (...args) => {
  note("register");
  return register(...args);
};
Module.syncBuiltinESMExports();
Module.prototype.load = function (file) {
  if (file.includes("@opentelemetry")) note("load");
  return Reflect.apply(load, this, [file]);
};
if (isMainThread) process.on("exit", () => console.log(order.join(", ")));
