/**
 * The heap without garbage. One collection leaves what weak references and finalizers still hold, under load more than
 * a MiB, and gives it back some turns later.
 */
export async function collectedHeap() {
  let least = Number.POSITIVE_INFINITY;
  for (let collection = 0; collection < 10; collection += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    globalThis.gc();
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return least;
}
