// Preload. Prints how long a process is ready to wait for its last words, which a clock beside it could only guess.
const { wait } = Atomics;
Atomics.wait = (cell, index, value, limitMs) => {
  process._rawDebug(`waits ${limitMs} ms at most`);
  return wait(cell, index, value, limitMs);
};
