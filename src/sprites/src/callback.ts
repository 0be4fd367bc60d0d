import { tell } from "./telemetry/safely.js";

/** Calls back; whatever it throws, now or later, goes to `diag` only. */
export function callBack<T>(callback: ((value: T) => unknown) | undefined, value: T): void {
  const report = (error: unknown): void => tell("error", "a callback threw", error);
  try {
    const returned = callback?.(value);
    if (returned instanceof Promise) returned.catch(report);
  } catch (error) {
    report(error);
  }
}
