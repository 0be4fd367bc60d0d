// Preloaded: Node refuses the kit's own loader, as where its file was left out of a deployment.
const Module = require("node:module");

const { register } = Module;
Module.register = (specifier, ...rest) => {
  if (String(specifier).endsWith("/sdk/dist/bundle/loader.js")) throw new Error("refused");
  return register(specifier, ...rest);
};
Module.syncBuiltinESMExports();
