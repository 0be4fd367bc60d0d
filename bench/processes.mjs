// Processes that work in turns, one at a time: whatever the machine does meanwhile meets all of them, and what one takes
// beyond another is read off turns that are neighbours.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { lowerQuartile } from "./statistics.mjs";

const WORKER = fileURLToPath(new URL("worker.mjs", import.meta.url));
const CLOCKS = ["wall", "cpu"];

function start(variants, settings) {
  const child = fork(WORKER, [JSON.stringify({ ...settings, variants })], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const gone = once(child, "exit");
  const died = gone.then(() => {
    throw new Error(`the worker of ${variants.join(" and ")} died`);
  });
  died.catch(() => {});
  return {
    async ask(task, workload) {
      const answered = once(child, "message");
      child.send({ task, workload });
      const [answer] = await Promise.race([answered, died]);
      return answer;
    },
    async stop() {
      child.disconnect();
      await gone;
    },
  };
}

/** What a call of each variant took in one turn, by clock, when nothing else got in its way. */
function toFigures(samples) {
  return samples.map((taken) =>
    Object.fromEntries(CLOCKS.map((clock) => [clock, lowerQuartile(taken.map((sample) => sample[clock]))])),
  );
}

/**
 * Lets one process of each group of variants measure all workloads. Answers by workload: `turns[group][turn][variant]`
 * are figures by clock, turns of one number are neighbours; `settled` tells whether all were warm.
 */
export async function together(groups, settings) {
  const workers = groups.map((variants) => start(variants, settings));
  const answers = {};
  for (const workload of settings.workloads) {
    const warmed = [];
    for (const worker of workers) warmed.push(await worker.ask("warm up", workload));
    const turns = groups.map(() => []);
    for (let turn = 0; turn < settings.turns; turn += 1) {
      const order = turn % 2 === 0 ? [...workers.keys()] : [...workers.keys()].reverse();
      for (const index of order) turns[index].push(toFigures(await workers[index].ask("measure", workload)));
    }
    const attributes = await workers.at(-1).ask("tell attributes", workload);
    answers[workload] = { turns, attributes, settled: warmed.every((isSettled) => isSettled) };
  }
  for (const worker of workers) await worker.stop();
  return answers;
}
