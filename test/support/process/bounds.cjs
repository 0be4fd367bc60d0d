// Preload, for tests that something ends in bounded time, however slow the machine: timers up to KIT_TEST_BOUND_MS
// fire at once, longer ones never. A program that ends all the same has waited for nothing beyond the bound.
const { syncBuiltinESMExports } = require("node:module");
const { Socket } = require("node:net");
const promises = require("node:timers/promises");

const bound = Number(process.env.KIT_TEST_BOUND_MS);
const LONGEST = 2 ** 31 - 1;
const bounded = (ms) => (ms > bound ? LONGEST : 0);

const { setTimeout: real } = globalThis;
globalThis.setTimeout = (callback, ms = 0, ...rest) => real(callback, bounded(ms), ...rest);
const { setTimeout: sleep } = promises;
promises.setTimeout = (ms, ...rest) => sleep(bounded(ms), ...rest);
syncBuiltinESMExports();
const { timeout } = AbortSignal;
AbortSignal.timeout = (ms) => timeout.call(AbortSignal, bounded(ms));
const { setTimeout: whenIdle } = Socket.prototype;
Socket.prototype.setTimeout = function (ms, ...rest) {
  // Zero is never. A shorter wait for a silent socket is left as it is.
  return whenIdle.call(this, ms > bound ? 0 : ms, ...rest);
};
