// What each variant adds to a call, rounds interleaved so that drift of the machine hits all alike.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { lowerQuartile } from "./statistics.mjs";
import { WORKLOADS } from "./workloads.mjs";

const WORKER = fileURLToPath(new URL("worker.mjs", import.meta.url));

async function start(settings) {
  const child = fork(WORKER, [JSON.stringify(settings)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.died = new Promise((_, reject) => {
    child.once("exit", () => reject(new Error(`the worker of ${settings.variant} died`)));
  });
  child.died.catch(() => {});
  await Promise.race([once(child, "message"), child.died]);
  return child;
}

async function round(child, workload, calls) {
  child.send({ workload, calls });
  const [measured] = await Promise.race([once(child, "message"), child.died]);
  return measured;
}

const WARM_UP_ROUNDS = 6;

/** Added nanoseconds per call, and the attributes of the last span, by variant and workload. */
export async function measure(variants, settings, { rounds, workloads = Object.keys(WORKLOADS) }) {
  const children = new Map();
  for (const variant of variants) {
    children.set(
      variant,
      await start({ variant, content: false, sampled: true, enabled: true, ...settings }),
    );
  }
  const rows = [];
  for (const workload of workloads) {
    const { calls, chunks } = WORKLOADS[workload];
    const samples = new Map(variants.map((variant) => [variant, []]));
    const attributes = {};
    // What is compiled late in one process must not be compared with what is compiled already in another.
    for (const child of children.values()) await round(child, workload, calls * WARM_UP_ROUNDS);
    for (let index = 0; index < rounds; index += 1) {
      for (const [variant, child] of children) {
        const measured = await round(child, workload, calls);
        samples.get(variant).push(measured.perCall);
        attributes[variant] = measured.attributes;
      }
    }
    const bare = lowerQuartile(samples.get("bare"));
    const added = (variant) => lowerQuartile(samples.get(variant)) - bare;
    rows.push({
      workload,
      chunks,
      bare,
      added: Object.fromEntries(variants.map((variant) => [variant, added(variant)])),
      attributes,
    });
  }
  for (const child of children.values()) child.kill();
  return rows;
}
