import { readFileSync } from "node:fs";
import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";

/** CPU time of the main thread in milliseconds: what other processes do to a busy machine is not in it. */
function readCpuMs() {
  if (process.threadCpuUsage) {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  }
  // Node 20 cannot tell one thread from the others. Linux can, and elsewhere the clock has to do.
  if (process.platform !== "linux") return performance.now();
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
}

/** Turns shorter than this are not kept. */
const LONG_MS = 5;

/**
 * Watches the turns of the event loop in CPU time. The garbage collector is told apart: its work is as large as what
 * the application keeps, and on a busy machine its threads wait for each other.
 */
export function watchLoop() {
  const turns = [];
  const collections = [];
  const observer = new PerformanceObserver((list) => collections.push(...list.getEntries()));
  observer.observe({ entryTypes: ["gc"] });
  let last = readCpuMs();
  let from = performance.now();
  let turn = setImmediate(function next() {
    const now = readCpuMs();
    const to = performance.now();
    if (now - last > LONG_MS) turns.push({ from, to, ms: now - last });
    last = now;
    from = to;
    turn = setImmediate(next);
  });
  const isCollected = ({ from, to }) =>
    collections.some(({ startTime, duration }) => startTime < to && startTime + duration > from);
  const longestOf = (some) => Math.max(LONG_MS, ...some.map(({ ms }) => ms));
  return {
    /** Does what is not to be counted. */
    aside(work) {
      const before = readCpuMs();
      work();
      last += readCpuMs() - before;
    },
    /** Ends the watch. The longest turns in milliseconds: of the program alone, and with the garbage collector. */
    async stop() {
      clearImmediate(turn);
      await nextTurn();
      observer.disconnect();
      return {
        longestMs: longestOf(turns.filter((one) => !isCollected(one))),
        longestWithCollectorMs: longestOf(turns),
      };
    },
  };
}
