import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { tapStream } from "./stream.js";

/** What was told of a stream: its steps, `closed`, or the error. */
class Told {
  readonly all: unknown[] = [];
  begin(): void {}
  step({ done, value }: IteratorResult<unknown>): void {
    this.all.push(done === true ? "done" : value);
  }
  fail(error: unknown): void {
    this.all.push(error);
  }
  close(): void {
    this.all.push("closed");
  }
}

const BROKEN = new Error("broken");

async function read(stream: ReadableStream<unknown>, most = Number.POSITIVE_INFINITY): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const each of stream) if (seen.push(each) >= most) break;
  return seen;
}

const sink = (write: (chunk: unknown) => void = () => {}) => new WritableStream({ write });
const upper = () => new TransformStream({ transform: (chunk, out) => out.enqueue(`${chunk}!`) });
const words = (done: Promise<unknown>) => done.catch((error: unknown) => String(error));

type Way = (stream: ReadableStream<unknown>) => unknown;

const WAYS: Readonly<Record<string, readonly [way: Way, told: readonly unknown[]]>> = {
  "is split": [(stream) => Promise.all(stream.tee().map((half) => read(half))), ["a", "b", "done"]],
  "is split and locked": [(stream) => [stream.tee().length, stream.locked, stream.tee.name], ["a"]],
  "is split and left by one": [
    (stream) => {
      const [one, other] = stream.tee();
      return Promise.all([read(one, 1), read(other)]);
    },
    ["a", "b", "done"],
  ],
  "is split and left by both": [
    async (stream) => {
      const [one, other] = stream.tee();
      await Promise.all([one.cancel("no"), other.cancel("more")]);
    },
    ["closed"],
  ],
  "is piped to": [
    async (stream) => {
      const seen: unknown[] = [];
      await stream.pipeTo(sink((chunk) => seen.push(chunk)));
      return [seen, stream.locked];
    },
    ["a", "b", "done"],
  ],
  "is piped through": [
    async (stream) => [await read(stream.pipeThrough(upper())), stream.locked],
    ["a", "b", "done"],
  ],
  "is piped through and left": [(stream) => read(stream.pipeThrough(upper()), 1), ["a", "closed", "done"]],
  "is piped to what fails": [
    async (stream) => [await words(stream.pipeTo(sink(() => Promise.reject(BROKEN)))), stream.locked],
    ["a", "closed"],
  ],
  "is piped to what is in use": [
    async (stream) => {
      const used = sink();
      used.getWriter();
      return [await words(stream.pipeTo(used)), stream.locked, await read(stream)];
    },
    ["a", "b", "done"],
  ],
  "is piped to nothing": [
    async (stream) => [await words(stream.pipeTo(undefined as never)), await read(stream)],
    ["a", "b", "done"],
  ],
  "is split in use": [
    async (stream) => {
      const reader = stream.getReader();
      const refused = await words(Promise.resolve().then(() => stream.tee()));
      return [refused, await reader.read()];
    },
    ["a"],
  ],
  "is split after a look": [
    async (stream) => {
      const reader = stream.getReader();
      const first = await reader.read();
      reader.releaseLock();
      return [first, await Promise.all(stream.tee().map((half) => read(half)))];
    },
    ["a", "b", "done"],
  ],
  "may be read on": [
    async (stream) => {
      const refused = await words(
        stream.pipeTo(
          sink(() => Promise.reject(BROKEN)),
          { preventCancel: true },
        ),
      );
      return [refused, stream.locked];
    },
    [],
  ],
};

/** As an SDK makes it: `asked` are the chunks that were asked for so far, and `left` why it was left. */
function source(items: readonly unknown[]) {
  const happened: unknown[] = [];
  const left = [...items];
  const stream = new ReadableStream({
    async pull(controller) {
      await setImmediate();
      const next = left.shift();
      happened.push(next ?? "end");
      if (next === BROKEN) throw BROKEN;
      if (next === undefined) controller.close();
      else controller.enqueue(next);
    },
    cancel: (reason) => void happened.push(["left", reason]),
  });
  return { stream, happened };
}

async function compare(items: readonly unknown[], way: Way) {
  const run = async (told?: Told) => {
    const { stream, happened } = source(items);
    if (told !== undefined) tapStream(stream as AsyncIterable<unknown>, told);
    const seen = await way(stream);
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    return { seen, happened };
  };
  const told = new Told();
  expect(await run(told)).toEqual(await run());
  return told.all;
}

it.each(Object.entries(WAYS))("a stream that %s is told, and looks the same", async (_, [way, told]) => {
  expect(await compare(["a", "b"], way)).toEqual(told);
});

it.each<[string, Way]>([
  ["split", (stream) => Promise.all(stream.tee().map((half) => words(read(half))))],
  ["piped to", async (stream) => [await words(stream.pipeTo(sink())), stream.locked]],
  ["piped through", async (stream) => [await words(read(stream.pipeThrough(upper()))), stream.locked]],
])("a stream that is %s and breaks off is told as such", async (_, way) => {
  expect(await compare(["a", BROKEN], way)).toEqual(["a", BROKEN]);
});
