import type { StdinChunk } from "./stdin-writer.js";

/** Input for a whole command: at once, or as it comes (also a Node or Web stream of bytes). */
export type StdinSource = StdinChunk | AsyncIterable<StdinChunk> | Iterable<StdinChunk>;

/** Pieces of the source, until it ends or `over` resolves, also while a piece is awaited. */
export async function* readStdinSource(
  source: StdinSource,
  over: Promise<unknown>,
): AsyncGenerator<StdinChunk, void, undefined> {
  if (typeof source === "string" || source instanceof Uint8Array) {
    yield source;
    return;
  }
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let stop = (): void => undefined;
  let stopped = false;
  let finished = false;
  void over.then(() => {
    stopped = true;
    stop();
  });
  try {
    while (!stopped) {
      // Not `Promise.race` with `over`: that keeps every chunk reachable until `over` settles.
      const step = await new Promise<IteratorResult<StdinChunk, unknown> | undefined>((resolve, reject) => {
        stop = () => resolve(undefined);
        Promise.resolve(iterator.next()).then(resolve, reject);
      });
      finished = step?.done === true;
      if (step === undefined || step.done) return;
      yield step.value;
    }
  } finally {
    // Not awaited: a generator that hangs in `next` hangs in `return` too.
    if (!finished) void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}
