import { createHook } from "node:async_hooks";
import { beforeEach, describe, expect, it } from "vitest";
import { collectUntil } from "../../../../test/support/garbage.js";
import type { Telemetry } from "../../../../test/support/telemetry.js";
import { task } from "../index.js";
import { activeSpanId, recordGlobally } from "../recorded.fixture.js";

let telemetry: Telemetry;
beforeEach(() => {
  telemetry = recordGlobally();
});

const finished = async () => (await telemetry.finish()).spans;

describe("a promise", () => {
  it("ends the span when it settles, before the caller goes on", async () => {
    let resolve: (value: string) => void = () => {};
    const promise = new Promise<string>((settle) => {
      resolve = settle;
    });
    const result = task("t", () => promise)();
    await Promise.resolve();
    expect(telemetry.spans.length).toBe(0);
    resolve("later");
    expect(await result).toBe("later");
    expect((await finished()).length).toBe(1);
  });

  it("keeps what a library has added to it", async () => {
    const withCancel = () => Object.assign(Promise.resolve(1), { cancel: () => "cancelled" });
    const result = task("t", withCancel)();
    expect(result.cancel()).toBe("cancelled");
    expect(await result).toBe(1);
  });

  it("is followed by one with an asynchronous id and context of its own", async () => {
    const resolved: number[] = [];
    const hook = createHook({ promiseResolve: (id) => resolved.push(id) }).enable();
    await task("t", () => Promise.resolve(1))();
    hook.disable();
    expect(resolved.length).toBeGreaterThan(1);
    expect(new Set(resolved).size).toBe(resolved.length);
  });

  it("may be frozen", async () => {
    expect(await task("t", () => Object.freeze(Promise.resolve(3)))()).toBe(3);
    expect((await finished()).length).toBe(1);
  });

  it("of a class of its own stays the very object", async () => {
    class Cancellable<T> extends Promise<T> {
      cancelled = false;
    }
    const own = Cancellable.resolve(3) as Cancellable<number>;
    const result = task("t", () => own)();
    expect(result).toBe(own);
    expect(await result).toBe(3);
    expect(await result.finally(() => {})).toBe(3);
    expect((await finished()).length).toBe(1);
  });
});

describe("a thenable that starts its work when it is waited for", () => {
  function createQuery(outcome: () => unknown) {
    let started = 0;
    let within: string | undefined;
    const query = {
      // biome-ignore lint/suspicious/noThenProperty: that is what makes it one.
      then(ok: (value: unknown) => unknown, failed: (error: unknown) => unknown) {
        started += 1;
        within = activeSpanId();
        return Promise.resolve().then(outcome).then(ok, failed);
      },
      started: () => started,
      within: () => within,
    };
    return query;
  }

  it("stays the same object, starts once, and ends the span when it settles", async () => {
    const query = createQuery(() => "rows");
    const result = task("t", () => query)();
    expect(result).toBe(query);
    expect(Object.keys(result)).toEqual(["then", "started", "within"]);
    expect(query.started()).toBe(0);
    expect(telemetry.spans.length).toBe(0);
    expect(await (result as unknown as PromiseLike<string>)).toBe("rows");
    expect(query.started()).toBe(1);
    expect(query.within()).toBe((await telemetry.finish()).onlySpan().spanContext().spanId);
  });

  it("fails the span when it fails, and goes on in the caller's context", async () => {
    const query = createQuery(() => {
      throw new Error("no such table");
    });
    const result = task("t", () => query)();
    const outside = activeSpanId();
    const seen = await (result as unknown as Promise<unknown>).then(undefined, (error: Error) => [
      error.message,
      activeSpanId(),
    ]);
    expect(seen).toEqual(["no such table", outside]);
    expect((await telemetry.finish()).onlySpan().status.message).toBe("no such table");
  });

  it("that nobody ever waits for ends its span when it is collected", async () => {
    (() => task("t", () => createQuery(() => 1))())();
    await collectUntil(() => telemetry.spans.length > 0);
    expect((await telemetry.finish()).onlySpan().attributes["kit.outcome"]).toBe("abandoned");
  });

  it("that is kept and given back again and again is watched once, for all who wait", async () => {
    class Own<T> extends Promise<T> {}
    const kept = Own.resolve(1);
    const get = task("t", () => kept);
    get();
    const watched = kept.then;
    for (let call = 0; call < 20_000; call += 1) get();
    expect(kept.then).toBe(watched);
    expect(await get()).toBe(1);
    expect((await finished()).length).toBe(20_002);
  });

  it("ends the inner span of two before the outer, and has both above its work", async () => {
    const query = createQuery(() => "rows");
    await (task("outer", () => task("inner", () => query)())() as unknown as PromiseLike<string>);
    const spans = await finished();
    expect(spans.map(({ name }) => name)).toEqual(["task inner", "task outer"]);
    expect(query.within()).toBe(spans[0]?.spanContext().spanId);
  });

  it("that does not let itself be watched ends its span at once", async () => {
    const frozen = Object.freeze(createQuery(() => "rows"));
    expect(await (task("t", () => frozen)() as unknown as PromiseLike<string>)).toBe("rows");
    expect((await finished()).length).toBe(1);
  });
});

describe("what a function gives back", () => {
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };

  it.each([
    ["a revoked proxy", revoked],
    ["a proxy of a promise", () => new Proxy(Promise.resolve(1), {})],
    // biome-ignore lint/suspicious/noThenProperty: it is what is odd about it.
    ["an object whose `then` throws", () => Object.defineProperty({}, "then", { get: revoked })],
  ])("may be %s", async (_, make) => {
    const odd = make();
    expect(task({ name: "t", captureReturn: true }, () => odd)() === odd).toBe(true);
    expect((await finished()).length).toBe(1);
  });
});
