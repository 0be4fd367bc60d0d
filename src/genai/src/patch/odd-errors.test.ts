import { SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { Telemetry } from "../../../../test/support/telemetry.js";
import { allowNoUnhandledRejections } from "../../../../test/support/unhandled-rejections.js";
import { Chats, ToyInstrumentation, ToyPromise, ToyStream } from "./toy-sdk.fixture.js";

const refuse = (): never => {
  throw new Error("looked at");
};
const refusing = (member: string) => Object.defineProperty(new RangeError("no"), member, { get: refuse });
/** Whatever it is asked, it throws something that cannot even be written. */
const mute = () => {
  throw Object.create(null);
};
const revoked = Proxy.revocable(new Error("gone"), {});
revoked.revoke();

class Circle extends Error {
  override readonly cause = this;
}

/** What may be thrown, and the `error.type` that can be read of it. */
const ODD: readonly (readonly [name: string, thrown: unknown, type: string])[] = [
  ...["message", "code", "status", "status_code", "headers", "stack", "constructor", "cause"].map(
    (member) => [`an error that throws for its ${member}`, refusing(member), "RangeError"] as const,
  ),
  ["an error that throws for its name", refusing("name"), "RangeError"],
  ["an error that throws for everything", new Proxy(new Error(), { get: refuse, has: refuse }), "_OTHER"],
  ["an error that throws what has no text", new Proxy(new Error(), { get: mute, has: mute }), "_OTHER"],
  ["a proxy that was revoked", revoked.proxy, "_OTHER"],
  ["a frozen error", Object.freeze(new TypeError("cold")), "TypeError"],
  [
    "a class whose text throws",
    new (class Odd extends Error {
      override readonly toString = refuse;
    })("x"),
    "Odd",
  ],
  [
    "an error whose members are of other types",
    Object.assign(new TypeError(), { name: {}, message: 7, code: Symbol("c"), status: "x", stack: 1 }),
    "TypeError",
  ],
  ["several errors in one", new AggregateError([new Error("a"), revoked.proxy], "many"), "AggregateError"],
  ["an error that is its own cause", new Circle("round"), "Circle"],
  ["a DOM exception", new DOMException("stop", "TimeoutError"), "TimeoutError"],
  ["an error of many megabytes", new RangeError("x".repeat(20_000_000)), "RangeError"],
  ["an object without a prototype", Object.create(null), "_OTHER"],
  ...[undefined, null, "", "boom", 7, Number.NaN, 7n, Symbol("s"), refuse].map(
    (thrown) => [`${typeof thrown} ${String(thrown)}`, thrown, "_OTHER"] as const,
  ),
];

/** Members of the toy's class that fail with what they are given, each in a way of its own. */
class Failing {
  readonly _client = new Chats()._client;

  ask(way: string, thrown: unknown): unknown {
    if (way === "in a promise") return Promise.reject(thrown);
    if (way === "in a response") return new ToyPromise(Promise.reject(thrown), async () => {});
    if (way === "in parsing")
      return new ToyPromise(Promise.resolve({}), async () => {
        throw thrown;
      });
    if (way === "in a stream") {
      const stream = new ToyStream([]);
      // biome-ignore lint/correctness/useYield: it fails before its first chunk.
      stream.iterator = async function* () {
        throw thrown;
      };
      return Promise.resolve(stream);
    }
    throw thrown;
  }

  stream() {}
  explode() {}

  run(tool: () => unknown): unknown {
    return tool();
  }
}

/** Fails as asked, and tells what the application gets to see; in a list, as a promise would ask it for its `then`. */
async function seen(way: string, thrown: unknown): Promise<unknown[]> {
  const client = new Failing();
  try {
    if (way === "in a tool") await client.run(() => Promise.reject(thrown));
    const result = await client.ask(way, thrown);
    for await (const _ of result as ToyStream);
  } catch (error) {
    return [error];
  }
  return [];
}

describe.each(["at once", "in a promise", "in a response", "in parsing", "in a stream", "in a tool"])(
  "whatever is thrown %s reaches the application, and leaves a failed span with a type:",
  (way) => {
    allowNoUnhandledRejections();

    it.each(ODD)("%s", async (_, thrown, type) => {
      const telemetry = new Telemetry();
      const toy = telemetry.observe(new ToyInstrumentation());
      toy.manuallyInstrument({ Chats: Failing });
      const reached = await seen(way, thrown);
      toy.disable();
      expect(reached.map((each) => Object.is(each, thrown))).toEqual([true]);
      const span = (await telemetry.finish()).onlySpan();
      expect(span.status.code).toBe(SpanStatusCode.ERROR);
      expect(span.attributes["error.type"]).toBe(type);
    });
  },
);
