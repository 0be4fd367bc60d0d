// Heap of each variant beside the bare SDK.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const WORKER = fileURLToPath(new URL("heap-worker.mjs", import.meta.url));
/** Those whose growth over many calls is measured; the peers are left out for the time it takes. */
const GROWING = new Set(["bare", "floor", "kit"]);

function run(settings) {
  const printed = execFileSync(process.execPath, ["--expose-gc", WORKER, JSON.stringify(settings)], {
    encoding: "utf8",
  });
  return JSON.parse(printed.trim().split("\n").at(-1));
}

/** Bytes that an open stream holds after 10 and after 2,000 chunks, over bare, and that a call leaves behind. */
export function measureHeap(variants, { calls, streams, content = false }) {
  const measured = variants.map((variant) => ({
    variant,
    ...run({ variant, content, calls: GROWING.has(variant) ? calls : 0, streams }),
  }));
  const bare = measured.find(({ variant }) => variant === "bare");
  return measured.map(({ variant, early, late, growth }) => ({
    variant,
    early: early - bare.early,
    late: late - bare.late,
    growth,
  }));
}
