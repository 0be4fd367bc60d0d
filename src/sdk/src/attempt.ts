/** Runs a step whose failure must neither prevent the following steps nor reach the application. */
export function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // There is nothing useful to do about it here.
  }
}
