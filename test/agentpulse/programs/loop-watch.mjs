import { readFileSync } from "node:fs";

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

/** Watches every turn of the event loop. `longest()` is the CPU time of the longest turn so far, in milliseconds. */
export function watchLoop() {
  let longest = 0;
  let last = readCpuMs();
  let turn = setImmediate(function next() {
    const now = readCpuMs();
    longest = Math.max(longest, now - last);
    last = now;
    turn = setImmediate(next);
  });
  return {
    longest: () => longest,
    /** Does what is not to be counted. */
    aside(work) {
      const before = readCpuMs();
      work();
      last += readCpuMs() - before;
    },
    stop: () => clearImmediate(turn),
  };
}
