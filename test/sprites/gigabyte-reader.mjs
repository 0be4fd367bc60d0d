// Reads the output of one command as a stream and tells how its memory did: `node gigabyte-reader.mjs <command…>`.
import { SpritesClient } from "@kit/sprites";

const exec = new SpritesClient().attach("box").exec(process.argv.slice(2));
let bytes = 0;
let before;
let peak = 0;
let looked = -1;
for await (const { data } of exec) {
  bytes += data.length;
  const part = Math.floor(bytes / (16 * 1024 * 1024));
  if (part === looked) continue;
  looked = part;
  // Collected, as the collector's pace is the machine's. From the first chunk on: what modules and the connection take
  // is no matter of the output's size.
  globalThis.gc();
  globalThis.gc(); // What the first freed outside of the heap is counted by the second.
  const { heapUsed, external } = process.memoryUsage();
  before ??= heapUsed + external;
  peak = Math.max(peak, heapUsed + external);
}
console.log(
  JSON.stringify({ bytes, returncode: exec.returncode, kept: exec.stdout.length, grown: peak - before }),
);
