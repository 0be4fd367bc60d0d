// Waits of up to five seconds are shorter by the factor in the address of this file, so that a test need not wait.
// Longer ones are limits, which a busy machine should not meet.
const factor = Number(new URL(import.meta.url).search.slice(1));
for (const name of ["setTimeout", "setInterval"]) {
  const real = globalThis[name];
  globalThis[name] = (callback, ms = 0, ...rest) => real(callback, ms > 5_000 ? ms : ms / factor, ...rest);
}
