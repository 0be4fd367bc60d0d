import { expect, it, vi } from "vitest";
import { isHttpResponsePromise, observeHttpResponsePromise } from "./fern.js";
import type { Observation } from "./observation.js";

/** As in the SDKs. */
class HttpResponsePromise<T> extends Promise<T> {
  innerPromise: Promise<{ data: T }>;
  unwrappedPromise: Promise<T> | undefined;

  constructor(inner: Promise<{ data: T }>) {
    super((resolve) => resolve(undefined as T));
    this.innerPromise = inner;
  }

  #unwrap(): Promise<T> {
    this.unwrappedPromise ??= this.innerPromise.then(({ data }) => data);
    return this.unwrappedPromise;
  }

  // biome-ignore lint/suspicious/noThenProperty: the SDKs do it so.
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#unwrap().then(fulfilled, rejected);
  }

  withRawResponse(): Promise<{ data: T }> {
    return this.innerPromise;
  }
}

const observed = () => ({ settle: vi.fn(), fail: vi.fn() });
const observe = (promise: unknown, observation: ReturnType<typeof observed>) => {
  if (!isHttpResponsePromise(promise)) throw new TypeError("not recognised");
  observeHttpResponsePromise(promise, observation as unknown as Observation);
};

it("tells the body once, however often and by whatever method it is read", async () => {
  const observation = observed();
  const body = { text: "hi" };
  const promise = new HttpResponsePromise(Promise.resolve({ data: body }));
  observe(promise, observation);
  expect(await promise).toBe(body);
  expect((await promise.withRawResponse()).data).toBe(body);
  expect(observation.settle.mock.calls).toEqual([[body]]);
});

it("tells a failure that nobody reads, which stays unhandled once", async () => {
  const unhandled = await unhandledIn(() => {
    const observation = observed();
    const promise = new HttpResponsePromise(Promise.reject(new Error("lost")));
    observe(promise, observation);
    return observation;
  });
  expect(unhandled).toEqual(["lost"]);
});

it("causes no unhandled rejection where somebody reads the body before it is watched", async () => {
  const observation = observed();
  const error = new Error("caught");
  const unhandled = await unhandledIn(() => {
    const promise = new HttpResponsePromise(Promise.reject(error));
    promise.then(undefined, () => {});
    observe(promise, observation);
  });
  expect(unhandled).toEqual([]);
  expect(observation.fail.mock.calls).toEqual([[error]]);
});

it.each([undefined, null, {}, Promise.resolve()])("does not take %s for such a promise", (value) => {
  expect(isHttpResponsePromise(value)).toBe(false);
});

/** The messages of rejections that nobody handles, in place of whoever listens for them now. */
async function unhandledIn(run: () => unknown): Promise<string[]> {
  const messages: string[] = [];
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (error: Error) => messages.push(error.message));
  run();
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
  process.removeAllListeners("unhandledRejection");
  for (const other of others) process.on("unhandledRejection", other);
  return messages;
}
