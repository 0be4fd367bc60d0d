#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

// Checked here, because an older Node cannot load the rest.
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`kit-telemetry: the kit needs Node 20.19 or later; this is ${process.versions.node}.`);
  process.exitCode = 1;
} else {
  const { run } = await import("./run.js");
  await run(process.argv.slice(2));
}
