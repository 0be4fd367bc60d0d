// Time passes faster for what waits, by the factor in the address of this file, so that a test need not wait.
const factor = Number(new URL(import.meta.url).search.slice(1));
for (const name of ["setTimeout", "setInterval"]) {
  const real = globalThis[name];
  globalThis[name] = (callback, ms = 0, ...rest) => real(callback, ms / factor, ...rest);
}
