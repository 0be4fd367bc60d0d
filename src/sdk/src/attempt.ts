/** Runs a step whose failure must keep nobody from the steps that follow, nor reach the application. */
export function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // Nobody could do anything about it.
  }
}
