/** `@kit/tracing` records nothing while this is set, whatever providers the application has. */
const OFF = Symbol.for("@kit/tracing/off");

/** Turns manual instrumentation on or off without loading its package, which may be loaded later or never. */
export function switchMarks(on: boolean): void {
  const slot = globalThis as { [OFF]?: boolean };
  if (on) delete slot[OFF];
  else slot[OFF] = true;
}
