/** `@kit/tracing` records nothing while this is set, whatever providers the application has. */
const OFF = Symbol.for("@kit/tracing/off");

/** Switches what applications mark by hand on or off, without loading the package, which may come later or never. */
export function switchMarks(on: boolean): void {
  const slot = globalThis as { [OFF]?: boolean };
  if (on) delete slot[OFF];
  else slot[OFF] = true;
}
