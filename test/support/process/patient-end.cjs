// Preload. At its very end a process waits for a thread that sends what is left, a second or two by the clock of the
// wall. A machine that stands still for as long would lose it, so tests of other things let it wait for a minute.
process.on("exit", () => {
  // Nor does the clock run on for what has to be done before that.
  const now = performance.now();
  performance.now = () => now;
});
const { wait } = Atomics;
Atomics.wait = (cell, index, value, limitMs) => wait(cell, index, value, Math.max(limitMs, 60_000));
