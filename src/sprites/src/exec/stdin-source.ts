import type { StdinChunk } from "./stdin-writer.js";

/** Input for a whole command: at once, or as it comes (also a Node or Web stream of bytes). */
export type StdinSource = StdinChunk | AsyncIterable<StdinChunk> | Iterable<StdinChunk>;

/** Pieces of the source, until it ends or `over` resolves; a source that is waited for then is let go. */
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
  const stop = over.then(() => undefined);
  let finished = false;
  try {
    for (;;) {
      const step = await Promise.race([iterator.next(), stop]);
      finished = step === undefined ? false : step.done === true;
      if (step === undefined || step.done) return;
      yield step.value;
    }
  } finally {
    // Not awaited: a generator that hangs in `next` hangs in `return` too.
    if (!finished) void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}
