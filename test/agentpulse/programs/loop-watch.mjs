import { closeSync, openSync, readSync } from "node:fs";
import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";

/** Turns shorter than this are not kept. */
const LONG_MS = 5;

/**
 * Watches how long the turns of the event loop block it: as long as the wall clock and the thread's processor time both
 * say. What other processes take shows on the first alone, as on a busy machine a turn of 2 ms may well last 100; what a
 * kernel charges for a virtual processor that its host had stopped, often on the second alone.
 */
export function watchLoop() {
  const clock = threadClock();
  const turns = [];
  const collections = [];
  const observer = new PerformanceObserver((list) => collections.push(...list.getEntries()));
  observer.observe({ entryTypes: ["gc"] });
  let last = clock.readMs();
  let from = performance.now();
  let turn = setImmediate(function next() {
    const now = clock.readMs();
    const to = performance.now();
    const ms = Math.min(now - last, to - from);
    if (ms > LONG_MS) turns.push({ from, to, ms });
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
      const [before, began] = [clock.readMs(), performance.now()];
      work();
      last += clock.readMs() - before;
      from += performance.now() - began;
    },
    /** The longest turn in milliseconds, the longest in which no garbage was collected, and the third longest. */
    async stop() {
      clearImmediate(turn);
      await nextTurn();
      observer.disconnect();
      clock.close();
      const own = turns.filter((one) => !isCollected(one));
      const thirdMs = turns.map(({ ms }) => ms).sort((a, b) => b - a)[2] ?? LONG_MS;
      return { longestMs: longestOf(turns), longestWithoutCollectorMs: longestOf(own), thirdMs };
    },
  };
}

/**
 * Processor time of the main thread. The kernel adds it up at its own ticks, many milliseconds apart, so that a short
 * turn would be charged with what went before it; being asked for the time of the whole process brings it up to date.
 */
function threadClock() {
  const toMs = ({ user, system }) => (user + system) / 1000;
  if (process.threadCpuUsage) {
    const readMs = () => {
      process.cpuUsage();
      return toMs(process.threadCpuUsage());
    };
    return { readMs, close() {} };
  }
  // Node 20 cannot tell one thread from the others. Linux can; elsewhere all of them are counted.
  if (process.platform !== "linux") return { readMs: () => toMs(process.cpuUsage()), close() {} };
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
  const text = Buffer.alloc(100);
  const readMs = () => {
    process.cpuUsage();
    const length = readSync(file, text, 0, text.length, 0);
    return Number(text.latin1Slice(0, length).split(" ")[0]) / 1e6;
  };
  return { readMs, close: () => closeSync(file) };
}
