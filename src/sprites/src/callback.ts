import { tell } from "./telemetry/safely.js";

/** Not in its own words, which may quote the output that it was given: class and place. */
function describeThrown(error: unknown): string {
  if (!(error instanceof Error)) return `a value of type ${typeof error}`;
  const lines = (error.stack ?? "").replace(error.message, "").split("\n");
  return [error.name, ...lines.filter((line) => line.trimStart().startsWith("at "))].join("\n");
}

/** Calls back; whatever it throws, now or later, goes to `diag` only. */
export function callBack<T>(callback: ((value: T) => unknown) | undefined, value: T): void {
  const report = (error: unknown): void => tell("error", `a callback threw ${describeThrown(error)}`);
  try {
    const returned = callback?.(value);
    if (returned instanceof Promise) returned.catch(report);
  } catch (error) {
    report(error);
  }
}
