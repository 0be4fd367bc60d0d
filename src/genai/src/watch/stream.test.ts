import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { tapStream } from "./stream.js";

class Seen {
  readonly steps: unknown[] = [];
  closed = 0;
  failure: unknown;

  step(result: unknown): void {
    this.steps.push(result);
  }

  fail(error: unknown): void {
    this.failure = error;
  }

  begin(): void {}

  close(): void {
    this.closed += 1;
  }
}

function watch(open: () => AsyncIterator<number>) {
  const stream = { iterator: open, [Symbol.asyncIterator]: () => stream.iterator() };
  const seen = new Seen();
  tapStream(stream, seen);
  return { stream, seen };
}

async function* count(): AsyncGenerator<number> {
  yield 1;
  yield 2;
}

describe("a watched generator", () => {
  it("looks like the generator that the library made", () => {
    const { stream } = watch(count);
    const [watched, bare] = [stream.iterator(), count()];

    expect(inspect(watched)).toBe(inspect(bare));
    expect(Object.prototype.toString.call(watched)).toBe("[object AsyncGenerator]");
    expect(Reflect.ownKeys(watched)).toEqual([]);
    expect((watched as AsyncGenerator)[Symbol.asyncIterator]()).toBe(watched);
    for (const step of ["next", "return", "throw"] as const) {
      const [ours, theirs] = [(watched as AsyncGenerator)[step], bare[step]];
      expect([ours.name, ours.length]).toEqual([theirs.name, theirs.length]);
    }
  });

  it("steps, leaves and fails as the generator does", async () => {
    const { stream, seen } = watch(async function* () {
      try {
        const sent: number = yield 1;
        yield sent;
      } catch {
        yield -1;
      } finally {
        yield 0;
      }
    });
    const steps = stream.iterator() as AsyncGenerator<number, string, number>;

    expect(await steps.next(7)).toEqual({ done: false, value: 1 });
    expect(await steps.next(7)).toEqual({ done: false, value: 7 });
    expect(await steps.return("left")).toEqual({ done: false, value: 0 });
    expect(await steps.next(7)).toEqual({ done: true, value: "left" });
    expect(seen.closed).toBe(1);
    expect(seen.steps).toHaveLength(3);
  });

  it("answers an error thrown into it as the generator does", async () => {
    const { stream, seen } = watch(count);
    const steps = stream.iterator();
    await steps.next();

    await expect(steps.throw?.(new Error("thrown in"))).rejects.toThrow("thrown in");
    expect(seen.closed).toBe(1);
  });
});

describe("an iterator that is no plain generator", () => {
  it("stays the very object", async () => {
    const own = Object.assign(count(), { attempts: 3 });
    const { stream, seen } = watch(() => own);

    expect(stream.iterator()).toBe(own);
    await own.next();
    expect(seen.steps).toEqual([{ done: false, value: 1 }]);
  });

  it("stays the very object where its class adds to what generators have", async () => {
    async function* extended(): AsyncGenerator<number> {
      yield 1;
    }
    extended.prototype.attempts = () => 3;
    const { stream, seen } = watch(extended);
    const steps = stream.iterator() as AsyncGenerator<number> & { attempts: () => number };

    expect(steps.attempts()).toBe(3);
    await steps.next();
    expect(seen.steps).toHaveLength(1);
  });

  it("still reaches the application when it takes no members", async () => {
    const frozen = Object.freeze({ next: async () => ({ done: true as const, value: undefined }) });
    const { stream } = watch(() => frozen);

    expect(stream.iterator()).toBe(frozen);
    expect(await frozen.next()).toEqual({ done: true, value: undefined });
  });
});

describe("a watched stream of the platform", () => {
  function watchNumbers() {
    const stream = ReadableStream.from([1, 2]);
    const seen = new Seen();
    tapStream(stream, seen);
    return { stream, seen };
  }
  const STEPS = [
    { done: false, value: 1 },
    { done: false, value: 2 },
    { done: true, value: undefined },
  ];

  it.each(["values", Symbol.asyncIterator] as const)("is iterated by %s", async (member) => {
    const { stream, seen } = watchNumbers();
    for await (const _ of { [Symbol.asyncIterator]: () => stream[member]() });
    expect(seen.steps).toEqual(STEPS);
  });

  it("is read by a reader, and by whoever comes after it", async () => {
    const { stream, seen } = watchNumbers();
    const reader = stream.getReader();
    expect(reader).toBeInstanceOf(ReadableStreamDefaultReader);
    await reader.read();
    reader.releaseLock();
    for await (const _ of stream);
    expect(seen.steps).toEqual(STEPS);
  });

  it("fails for its reader", async () => {
    const stream = new ReadableStream({ start: (controller) => controller.error(new Error("lost")) });
    const seen = new Seen();
    tapStream(stream, seen);
    await expect(stream.getReader().read()).rejects.toThrow("lost");
    expect(seen.failure).toEqual(new Error("lost"));
  });

  it("is left by its reader, or before it has one", async () => {
    const [read, unread] = [watchNumbers(), watchNumbers()];
    await read.stream.getReader().cancel();
    await unread.stream.cancel();
    expect([read.seen.closed, unread.seen.closed]).toEqual([1, 1]);
  });
});

it("watches a stream behind a proxy whose own function opens it", async () => {
  class Stream {
    [Symbol.asyncIterator]() {
      return count();
    }
  }
  const inner: AsyncIterable<number> = new Stream();
  const stream = new Proxy(inner, {
    get: (target, key) =>
      key === Symbol.asyncIterator ? () => inner[Symbol.asyncIterator]() : Reflect.get(target, key, target),
  });
  const seen = new Seen();
  tapStream(stream, seen);
  const values: number[] = [];
  for await (const value of stream) values.push(value);
  expect(values).toEqual([1, 2]);
  expect(seen.steps).toHaveLength(3);
});
