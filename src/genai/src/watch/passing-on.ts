import type { ReadableStreamDefaultReader, StreamPipeOptions, UnderlyingSource } from "node:stream/web";

type WatchedReader = Pick<ReadableStreamDefaultReader, "read" | "cancel" | "releaseLock">;
type Method = (...args: unknown[]) => unknown;

/**
 * Watches a stream of the platform that is split or piped. It is then read from the inside, where nobody sees the steps, so
 * another stream is split or piped in its place, which takes each chunk with a watched reader when it is asked for one, and
 * not before.
 * @param open takes a reader of the stream
 */
export function tapPassingOn(stream: object, open: () => WatchedReader): void {
  tap(stream, "tee", (tee) => Reflect.apply(tee, standIn(open()), []));
  tap(stream, "pipeTo", (pipeTo, to, options) => {
    if (!mayBePiped(to, options)) return undefined;
    const reader = open();
    return freeAfter(Reflect.apply(pipeTo, standIn(reader), [to, options]), reader);
  });
  tap(stream, "pipeThrough", (_, through, options) => {
    const { writable, readable } = Object(through) as Partial<TransformStream>;
    if (!mayBePiped(writable, options) || typeof readable?.getReader !== "function") return undefined;
    const reader = open();
    const piped = standIn(reader).pipeTo(writable as WritableStream, options as object);
    // As the platform does it, whose reader finds the failure in what comes out.
    freeAfter(piped, reader).catch(() => {});
    return readable;
  });
}

/** `pass` answers nothing where the stream itself has to. */
function tap(stream: object, method: string, pass: (original: Method, ...args: unknown[]) => unknown): void {
  const original = (stream as Record<string, Method>)[method];
  if (original === undefined) return;
  const { [method]: value } = {
    [method](this: { readonly locked?: boolean }, ...args: unknown[]): unknown {
      const passed = this.locked === false ? pass(original, ...args) : undefined;
      return passed ?? Reflect.apply(original, this, args);
    },
  };
  Object.defineProperty(stream, method, { value, writable: true, configurable: true, enumerable: false });
}

/** Not where the call will be refused, nor where the stream may be read on after it. */
function mayBePiped(to: unknown, options: unknown): boolean {
  const { preventCancel } = Object(options) as StreamPipeOptions;
  return (to as Partial<WritableStream> | null | undefined)?.locked === false && preventCancel !== true;
}

/** Piping leaves the stream unlocked. */
function freeAfter(piped: unknown, reader: WatchedReader): Promise<void> {
  return (piped as Promise<void>).finally(() => reader.releaseLock());
}

function standIn(reader: WatchedReader): ReadableStream<unknown> {
  const source: UnderlyingSource = {
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}
