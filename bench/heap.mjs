// Heap of each variant beside the bare SDK.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const WORKER = fileURLToPath(new URL("heap-worker.mjs", import.meta.url));

function run(settings) {
  const printed = execFileSync(process.execPath, ["--expose-gc", WORKER, JSON.stringify(settings)], {
    encoding: "utf8",
  });
  return JSON.parse(printed.trim().split("\n").at(-1));
}

/** Bytes that an open stream holds after 10 and after 2,000 chunks, and that many calls leave behind; over bare. */
export function measureHeap(variants, { calls, streams, content = false }) {
  const bare = run({ variant: "bare", content, calls, streams });
  return variants
    .filter((variant) => variant !== "bare")
    .map((variant) => {
      const { early, late, growth } = run({ variant, content, calls, streams });
      return { variant, early: early - bare.early, late: late - bare.late, growth: growth - bare.growth };
    });
}
