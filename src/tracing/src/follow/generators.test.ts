import { trace as api, metrics, SpanStatusCode } from "@opentelemetry/api";
import { beforeEach, describe, expect, it } from "vitest";
import { collectUntil } from "../../../../test/support/garbage.js";
import type { Telemetry } from "../../../../test/support/telemetry.js";
import { agent, event, session, task } from "../index.js";
import { activeSpanId, named, recordGlobally } from "../recorded.fixture.js";

let telemetry: Telemetry;
beforeEach(() => {
  telemetry = recordGlobally();
});

const finished = async () => (await telemetry.finish()).spans;

describe("a generator", () => {
  const numbers = task(function* numbers(last: number): Generator<number, string, string | undefined> {
    for (let each = 1; each <= last; each += 1) {
      event(`step ${each}`);
      yield each;
    }
    return "done";
  });

  it("opens its span with the first step and ends it with the last", async () => {
    const iteration = numbers(2);
    expect(telemetry.spans.length).toBe(0);
    expect([iteration.next(), iteration.next()].map(({ value }) => value)).toEqual([1, 2]);
    expect(telemetry.spans.some(({ name }) => name === "task numbers")).toBe(false);
    expect(iteration.next()).toEqual({ done: true, value: "done" });
    expect(iteration.next()).toEqual({ done: true, value: undefined });
    const spans = await finished();
    const { spanId } = named(spans, "task numbers").spanContext();
    expect(named(spans, "event step 2").parentSpanContext?.spanId).toBe(spanId);
    expect(activeSpanId()).toBeUndefined();
  });

  it("stays a generator of its function, with all its helpers", () => {
    const iteration = numbers(1);
    expect(Object.prototype.toString.call(iteration)).toBe("[object Generator]");
    expect(iteration).toBeInstanceOf(numbers as never);
    expect(iteration[Symbol.iterator]()).toBe(iteration);
    expect([iteration.next.name, iteration.next.length]).toEqual(["next", 1]);
    expect(Object.keys(iteration)).toEqual([]);
  });

  it("is a child of where it was called, however it is iterated", async () => {
    const iteration = session("s", () => agent("a", () => ({ iteration: numbers(1) }))());
    expect([...iteration.iteration]).toEqual([1]);
    const spans = await finished();
    expect(named(spans, "task numbers").parentSpanContext?.spanId).toBe(
      named(spans, "invoke_agent a").spanContext().spanId,
    );
    expect(named(spans, "task numbers").attributes["session.id"]).toBe("s");
  });

  it("ends its span when the consumer leaves, which is no failure", async () => {
    for (const each of numbers(9)) if (each === 2) break;
    const span = named(await finished(), "task numbers");
    expect(span.attributes["kit.outcome"]).toBe("cancelled");
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  it("fails its span with what it throws, or what is thrown into it", async () => {
    const broken = task("broken", function* () {
      yield 1;
      throw new Error("from inside");
    });
    expect(() => [...broken()]).toThrow("from inside");
    const iteration = numbers(9);
    iteration.next();
    expect(() => iteration.throw(new Error("from outside"))).toThrow("from outside");
    const spans = await finished();
    expect(named(spans, "task broken").status.message).toBe("from inside");
    expect(named(spans, "task numbers").status.message).toBe("from outside");
  });

  it("goes on when it catches what is thrown into it", async () => {
    const patient = task("patient", function* () {
      try {
        yield 1;
      } catch {
        yield 2;
      }
    });
    const iteration = patient();
    iteration.next();
    expect(iteration.throw(new Error("caught"))).toEqual({ done: false, value: 2 });
    expect(telemetry.spans.length).toBe(0);
    iteration.next();
    expect((await telemetry.finish()).onlySpan().status.code).toBe(SpanStatusCode.UNSET);
  });

  it("has no result when it is left, whatever it is left with", async () => {
    const iteration = task({ name: "t", captureReturn: true }, function* () {
      yield 1;
      return "done";
    })();
    iteration.next();
    expect(iteration.return("left")).toEqual({ done: true, value: "left" });
    const { attributes } = (await telemetry.finish()).onlySpan();
    expect(attributes).toMatchObject({ "kit.outcome": "cancelled" });
    expect(attributes).not.toHaveProperty("kit.function.result");
  });

  it("has no span when it is left before it began", async () => {
    const iteration = numbers(3);
    expect(iteration.return("early")).toEqual({ done: true, value: "early" });
    expect(iteration.next()).toEqual({ done: true, value: undefined });
    expect(await finished()).toEqual([]);
  });

  it("that is lost on the way ends its span when it is collected", async () => {
    (() => numbers(5).next())();
    const lost = () => telemetry.spans.find(({ name }) => name === "task numbers");
    await collectUntil(() => lost() !== undefined);
    expect(lost()?.attributes["kit.outcome"]).toBe("abandoned");
  });

  it("takes values in and delegates as before", () => {
    const echo = task(function* echo(): Generator<unknown, void, string | undefined> {
      yield yield* numbers(1);
    });
    const iteration = echo();
    expect(iteration.next().value).toBe(1);
    expect(iteration.next().value).toBe("done");
    expect(iteration.next().done).toBe(true);
  });

  it("under two marks has two spans, one inside the other, with the session of the outer", async () => {
    const marked = session({ name: "s" })(
      agent("a", function* () {
        event("e");
        yield 1;
      }),
    );
    expect([...marked()]).toEqual([1]);
    const spans = await finished();
    expect(spans.map(({ name }) => name)).toEqual(["event e", "invoke_agent a", "invoke_workflow s"]);
    const [inner, middle, outer] = spans;
    expect(inner?.attributes["session.id"]).toBe("s");
    expect(inner?.parentSpanContext?.spanId).toBe(middle?.spanContext().spanId);
    expect(middle?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });

  it("may come from a function that is none itself", async () => {
    const marked = agent("a", (last: number) => numbers(last));
    expect([...marked(1)]).toEqual([1]);
    const spans = await finished();
    expect(named(spans, "event step 1").parentSpanContext?.spanId).toBe(
      named(spans, "task numbers").spanContext().spanId,
    );
  });
});

describe("a generator that a plain function gives back", () => {
  const made = () => agent("a", () => numbersOf(3))();

  function* numbersOf(last: number) {
    for (let each = 1; each <= last; each += 1) yield each;
  }

  it("ends the function's span when it is left before it began", async () => {
    expect(made().return(undefined).done).toBe(true);
    expect((await telemetry.finish()).onlySpan().attributes["kit.outcome"]).toBe("cancelled");
  });

  it("ends the function's span when it is lost before it began", async () => {
    made();
    await collectUntil(() => telemetry.spans.length > 0);
    expect((await telemetry.finish()).onlySpan().attributes["kit.outcome"]).toBe("abandoned");
  });

  it("ends the function's span at once when it does not let itself be watched", async () => {
    const frozen = agent("a", () => Object.freeze(numbersOf(2)))();
    expect([...frozen]).toEqual([1, 2]);
    expect((await telemetry.finish()).onlySpan().attributes["kit.outcome"]).toBeUndefined();
  });

  it("may be given back again and again, and goes on all the same", () => {
    const kept = numbersOf(1);
    const get = agent("a", () => kept);
    for (let call = 0; call < 20_000; call += 1) get();
    expect([...get()]).toEqual([1]);
  });

  it("may be one that was compiled for an older JavaScript, by whichever compiler", async () => {
    function _async_generator(this: { steps: Generator }, steps: Generator) {
      this.steps = steps;
    }
    for (const step of ["next", "return", "throw"] as const) {
      _async_generator.prototype[step] = async function (value: never) {
        return this.steps[step](value);
      };
    }
    _async_generator.prototype[Symbol.asyncIterator] = function () {
      return this;
    };
    const Lowered = _async_generator as unknown as new (steps: Generator) => AsyncIterable<number>;
    const seen: number[] = [];
    for await (const each of agent("a", () => new Lowered(numbersOf(2)))()) {
      expect(telemetry.spans).toEqual([]);
      seen.push(each);
    }
    expect(seen).toEqual([1, 2]);
    expect((await telemetry.finish()).onlySpan().name).toBe("invoke_agent a");
  });

  it("begins no trace of its own in one that is not sampled", () => {
    telemetry = recordGlobally({ sampled: false });
    metrics.disable();
    let outer: string | undefined;
    const iteration = agent("a").run((scope) => {
      outer = scope.traceId;
      return (function* () {
        yield api.getActiveSpan()?.spanContext().traceId;
      })();
    });
    expect([...iteration]).toEqual([outer]);
  });
});

describe("an asynchronous generator", () => {
  const letters = agent({ name: "letters", captureReturn: true }, async function* (): AsyncGenerator<
    string,
    string
  > {
    await Promise.resolve();
    event("a");
    yield "a";
    await Promise.resolve();
    event("b");
    yield "b";
    return "end";
  });

  it("runs its steps inside the span, which ends with the last", async () => {
    const seen: string[] = [];
    for await (const letter of letters()) {
      seen.push(letter);
      expect(activeSpanId()).toBeUndefined();
    }
    expect(seen).toEqual(["a", "b"]);
    const spans = await finished();
    const span = named(spans, "invoke_agent letters");
    for (const each of ["event a", "event b"])
      expect(named(spans, each).parentSpanContext?.spanId).toBe(span.spanContext().spanId);
    expect(span.attributes["kit.function.result"]).toBe('"end"');
  });

  it("takes steps that are asked for at once in order", async () => {
    const iteration = letters();
    const steps = await Promise.all([iteration.next(), iteration.next(), iteration.next(), iteration.next()]);
    expect(steps.map(({ value }) => value)).toEqual(["a", "b", "end", undefined]);
    expect((await finished()).length).toBe(3);
  });

  it("ends its span when the consumer leaves, and fails it with what it throws", async () => {
    for await (const _ of letters()) break;
    const broken = agent("broken", async function* () {
      yield 1;
      throw new RangeError("too far");
    });
    await expect(
      (async () => {
        for await (const _ of broken());
      })(),
    ).rejects.toThrow("too far");
    const spans = await finished();
    expect(named(spans, "invoke_agent letters").attributes["kit.outcome"]).toBe("cancelled");
    expect(named(spans, "invoke_agent broken").attributes["error.type"]).toBe("RangeError");
  });
});

describe("a block of a session that iterates", () => {
  it("holds the session until the iteration ends", async () => {
    const iteration = session("s", async function* (s) {
      s.log("begun");
      yield 1;
      event("later");
    });
    expect(telemetry.spans.length).toBe(0);
    for await (const each of iteration) expect(each).toBe(1);
    const spans = await finished();
    expect(named(spans, "event later").attributes["session.id"]).toBe("s");
    expect(api.getActiveSpan()).toBeUndefined();
  });
});
