import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median, withInterval } from "./statistics.mjs";

const WORKER = fileURLToPath(new URL("concurrency-worker.mjs", import.meta.url));

/**
 * Throughput and event-loop delay of each variant as a share of the bare SDK's in the same round, with 200 calls of
 * `callMs` under way, and how many processors each keeps busy: the thread of JavaScript is full at one.
 */
export function measureConcurrency(variants, { rounds, callMs, calls }) {
  const samples = new Map(variants.map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of variants) {
      const printed = execFileSync(process.execPath, [WORKER, JSON.stringify({ variant, callMs, calls })], {
        encoding: "utf8",
      });
      samples.get(variant).push(JSON.parse(printed.trim().split("\n").at(-1)));
    }
  }
  const bare = samples.get("bare");
  const share = (variant, key) => {
    const shares = samples.get(variant).map((sample, index) => [sample[key] / bare[index][key]]);
    return withInterval((pass) => median(pass(shares)));
  };
  return variants.map((variant) => ({
    variant,
    perSecond: median(samples.get(variant).map((sample) => sample.perSecond)),
    throughput: share(variant, "perSecond"),
    p99: share(variant, "p99"),
    cpu: median(samples.get(variant).map((sample) => sample.cpu)),
  }));
}
