// Reads the output of one command as a stream and tells how its memory did: `node gigabyte-reader.mjs <command…>`.
import { SpritesClient } from "@kit/sprites";

const exec = new SpritesClient().attach("box").exec(process.argv.slice(2));
let bytes = 0;
let before;
let peak = 0;
for await (const { data } of exec) {
  bytes += data.length;
  // From the first chunk on: what modules and the connection take is no matter of the output's size.
  const { rss } = process.memoryUsage();
  before ??= rss;
  peak = Math.max(peak, rss);
}
console.log(
  JSON.stringify({ bytes, returncode: exec.returncode, kept: exec.stdout.length, grown: peak - before }),
);
