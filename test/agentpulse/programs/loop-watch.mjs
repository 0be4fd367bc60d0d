import { closeSync, openSync, readSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";

/** Turns shorter than this are not kept. */
const LONG_MS = 5;
const SAMPLE_US = 500;
/** What is longer than this between two samples is no time in which the thread ran. */
const STOPPED_US = 4_000;

/**
 * Watches how long the turns of the event loop block it: as long as the thread's processor time and samples of what it
 * did both say. The wall clock would count other processes as well, as on a busy machine a turn of 2 ms may last 100.
 * And when a host stops a virtual processor, its kernel charges that to the thread which ran: turns of 36 to 45 ms were
 * met in which not one sample of it could be taken.
 */
export async function watchLoop() {
  const sampler = new Session();
  sampler.connect();
  await sampler.post("Profiler.enable");
  await sampler.post("Profiler.setSamplingInterval", { interval: SAMPLE_US });
  await sampler.post("Profiler.start");
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
    if (to - from > LONG_MS) turns.push({ from, to, chargedMs: now - last });
    last = now;
    from = to;
    turn = setImmediate(next);
  });
  const isCollected = ({ from, to }) =>
    collections.some(({ startTime, duration }) => startTime < to && startTime + duration > from);
  const longestOf = (some) => Math.max(LONG_MS, ...some.map(({ ms }) => ms));
  return {
    /** Does what is not to be counted, in a turn of its own. */
    async aside(work) {
      await nextTurn();
      work();
      last = clock.readMs();
      from = performance.now();
    },
    /** The longest turn in milliseconds, the longest in which no garbage was collected, and the third longest. */
    async stop() {
      clearImmediate(turn);
      await nextTurn();
      observer.disconnect();
      clock.close();
      const { profile } = await sampler.post("Profiler.stop");
      sampler.disconnect();
      const measured = measure(turns, profile);
      const own = measured.filter((one) => !isCollected(one));
      const thirdMs = measured.map(({ ms }) => ms).sort((a, b) => b - a)[2] ?? LONG_MS;
      return { longestMs: longestOf(measured), longestWithoutCollectorMs: longestOf(own), thirdMs };
    },
  };
}

/** Adds to each turn how long it blocked the event loop. */
function measure(turns, { startTime, timeDeltas }) {
  const sinceUs = Number(process.hrtime.bigint() / 1_000n) - performance.now() * 1_000;
  const ran = (fromUs, toUs) => Math.min(toUs - fromUs, STOPPED_US);
  let index = 0;
  let lastUs = startTime;
  return turns.map(({ from, to, chargedMs }) => {
    const [fromUs, toUs] = [from * 1_000 + sinceUs, to * 1_000 + sinceUs];
    let us = 0;
    for (; index < timeDeltas.length && lastUs + timeDeltas[index] < toUs; index++) {
      const sampledUs = lastUs + timeDeltas[index];
      if (sampledUs > fromUs) us += ran(Math.max(lastUs, fromUs), sampledUs);
      lastUs = sampledUs;
    }
    us += ran(Math.max(lastUs, fromUs), toUs);
    return { from, to, ms: Math.min(us / 1_000, chargedMs) };
  });
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
