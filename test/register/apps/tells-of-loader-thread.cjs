const { writeSync } = require("node:fs");
const { isMainThread, parentPort } = require("node:worker_threads");

// Only the thread of Node's module loaders is neither the main one nor has a port. It has loaded what was preloaded.
if (!isMainThread && parentPort === null) {
  const files = Object.keys(require.cache).filter((file) => /register[\\/]dist/.test(file));
  writeSync(2, `loaders: ${files.length} files of the hook\n`);
}
