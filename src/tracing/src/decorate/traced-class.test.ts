import { trace as api, context, type Span } from "@opentelemetry/api";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { beforeEach, describe, expect, it } from "vitest";
import { collectUntil } from "../../../../test/support/garbage.js";
import type { Telemetry } from "../../../../test/support/telemetry.js";
import { agent, event, task } from "../index.js";
import { forgetGlobals, named, recordGlobally } from "../recorded.fixture.js";

let telemetry: Telemetry;
beforeEach(() => {
  telemetry = recordGlobally();
});

const names = async () => (await telemetry.finish()).spans.map(({ name }) => name);
const INNER = ["event inner", "invoke_agent Worker"];

/** A class of its own for each test: classes are marked in place. */
function createWorker() {
  class Worker {
    static readonly kind = "worker";
    readonly #word = "inner";

    static make(): Worker {
      return new Worker();
    }

    get word(): string {
      return this.#word;
    }

    set word(_: string) {}

    inner(): string {
      event(this.#word);
      return this.#word;
    }

    outer(): string {
      return `outer ${this.inner()}`;
    }

    async later(): Promise<string> {
      await Promise.resolve();
      return this.inner();
    }

    *steps(): Generator<string> {
      yield this.inner();
      yield this.inner();
    }

    ask(other: { outer(): string }): string {
      return other.outer();
    }

    /** Gives back at once; the timer fires when the call is long over. */
    leaveBehind(): { ticked: Promise<string> } {
      return { ticked: new Promise((resolve) => setTimeout(() => resolve(this.inner()), 2)) };
    }

    _private(): string {
      return this.inner();
    }

    toString(): string {
      return "a worker";
    }

    toJSON(): object {
      return { worker: true };
    }

    *[Symbol.iterator](): Generator<number> {
      yield 1;
    }
  }
  return Worker;
}

describe("a marked class", () => {
  it("is the very same class", () => {
    const Worker = createWorker();
    const members = Reflect.ownKeys(Worker.prototype);
    expect(agent(Worker)).toBe(Worker);
    expect(Reflect.ownKeys(Worker.prototype)).toEqual(members);
    expect([Worker.name, Worker.length, Worker.kind]).toEqual(["Worker", 0, "worker"]);
    expect([Worker.prototype.ask.name, Worker.prototype.ask.length]).toEqual(["ask", 1]);
    expect(Object.keys(Worker.prototype)).toEqual([]);
    expect(Worker.make()).toBeInstanceOf(Worker);
  });

  it("opens nothing for construction, statics, accessors, symbols, protocol and `_` members", async () => {
    const Worker = agent(createWorker());
    const worker = Worker.make();
    worker.word = worker.word.toUpperCase();
    expect([...worker]).toEqual([1]);
    expect(`${worker} ${JSON.stringify(worker)}`).toBe('a worker {"worker":true}');
    expect(await Promise.resolve(worker)).toBe(worker);
    expect(await names()).toEqual([]);
  });

  it("opens one agent span for a call from outside, and none for those within", async () => {
    const worker = new (agent(createWorker()))();
    expect(worker.outer()).toBe("outer inner");
    expect(await names()).toEqual(INNER);
  });

  it("opens one for an asynchronous call too, until it is done", async () => {
    const worker = new (agent(createWorker()))();
    expect(await worker.later()).toBe("inner");
    expect(await names()).toEqual(INNER);
  });

  it("opens one for all steps of a generator", async () => {
    const worker = new (agent(createWorker()))();
    expect([...worker.steps()]).toEqual(["inner", "inner"]);
    expect(await names()).toEqual(["event inner", "event inner", "invoke_agent Worker"]);
  });

  it("opens one for each call when several run at the same time", async () => {
    const worker = new (agent(createWorker()))();
    await Promise.all([worker.later(), worker.later()]);
    const { spans } = await telemetry.finish();
    const agents = spans.filter(({ name }) => name === "invoke_agent Worker");
    const events = spans.filter(({ name }) => name === "event inner");
    expect(agents.map((span) => span.parentSpanContext)).toEqual([undefined, undefined]);
    expect(new Set(events.map((span) => span.parentSpanContext?.spanId))).toEqual(
      new Set(agents.map((span) => span.spanContext().spanId)),
    );
  });

  it("opens one for the call of another object, as a child", async () => {
    const Worker = agent(createWorker());
    new Worker().ask(new Worker());
    const { spans } = await telemetry.finish();
    const [, callee, caller] = spans;
    expect(callee?.parentSpanContext?.spanId).toBe(caller?.spanContext().spanId);
  });

  it("opens none when another object calls back", async () => {
    const Worker = agent(createWorker());
    const worker = new Worker();
    worker.ask({ outer: () => new Worker().ask(worker) });
    expect(await names()).toEqual(["event inner", "invoke_agent Worker", "invoke_agent Worker"]);
  });

  it("opens one again for what a call has left behind", async () => {
    const worker = new (agent(createWorker()))();
    await worker.leaveBehind().ticked;
    const { spans } = await telemetry.finish();
    expect(spans.map(({ name }) => name)).toEqual([
      "invoke_agent Worker",
      "event inner",
      "invoke_agent Worker",
    ]);
    expect(spans[2]?.parentSpanContext?.spanId).toBe(spans[0]?.spanContext().spanId);
  });

  it("opens none for `_` members, whose calls count as from outside", async () => {
    new (agent(createWorker()))()._private();
    expect(await names()).toEqual(INNER);
  });

  it("passes on what a method throws, on a span that says so", async () => {
    class Broken {
      fail(): never {
        throw new TypeError("no tools");
      }
    }
    agent("fixer", Broken);
    expect(() => new Broken().fail()).toThrow("no tools");
    const span = (await telemetry.finish()).onlySpan();
    expect([span.name, span.status.message]).toEqual(["invoke_agent fixer", "no tools"]);
  });

  it("counts a subclass and its base as one object", async () => {
    const Base = agent("base", createWorker());
    class Child extends Base {
      override outer(): string {
        return super.outer();
      }
    }
    agent(Child);
    new Child().outer();
    new Child().inner();
    expect(await names()).toEqual(["event inner", "invoke_agent Child", "event inner", "invoke_agent base"]);
  });

  it("may be of any kind, and compiled to functions", async () => {
    function Old(this: { n: number }) {
      this.n = 1;
    }
    Old.prototype.work = function (this: { n: number }) {
      return this.n;
    };
    const Task = task(Old) as unknown as new () => { work(): number };
    expect(new Task().work()).toBe(1);
    expect(await names()).toEqual(["task Old"]);
  });

  it("may have instances that can be called", async () => {
    class Callable extends Function {
      run(): string {
        return "run";
      }
    }
    expect(new (agent(Callable))().run()).toBe("run");
    expect(await names()).toEqual(["invoke_agent Callable"]);
  });

  it("is known by a proxy, and a method by the name `class` is none", async () => {
    class Work {
      run(): string {
        return "run";
      }
    }
    const Proxied = agent(new Proxy(Work, {}));
    expect(new Proxied().run()).toBe("run");
    const { class: named } = { class: () => "method" };
    const methods = {
      class() {
        return "method";
      },
    };
    expect([task(methods.class)(), task(named)()]).toEqual(["method", "method"]);
    expect(await names()).toEqual(["invoke_agent Work", "task class", "task class"]);
  });

  it("may have a static member called `name`", async () => {
    class Odd {
      static name(): string {
        return "";
      }
      run(): void {}
    }
    new (agent(Odd))().run();
    expect(await names()).toEqual(["invoke_agent anonymous"]);
  });

  it.each([
    ["agent", agent],
    ["task", task],
  ])("as %s goes on by timers for ever and keeps nothing of the calls that are over", async (_, mark) => {
    const spans: WeakRef<Span>[] = [];
    const nowhere = new NodeTracerProvider();
    forgetGlobals();
    api.setGlobalTracerProvider(nowhere);
    class Poller {
      next = (): void => {};
      poll(): void {
        spans.push(new WeakRef(api.getActiveSpan() as Span));
        this.next = context.bind(context.active(), () => this.poll());
      }
    }
    const poller = new (mark(Poller))();
    poller.poll();
    for (let call = 0; call < 20; call += 1) poller.next();
    const kept = () => spans.filter((span) => span.deref() !== undefined).length;
    await collectUntil(() => kept() <= 2);
    expect(spans.length).toBe(21);
    expect(kept()).toBeLessThanOrEqual(2);
  });

  it("lets go of its objects, also while what they started goes on", async () => {
    const Worker = agent(createWorker());
    const collected: string[] = [];
    const registry = new FinalizationRegistry((which: string) => collected.push(which));
    let timer: NodeJS.Timeout | undefined;
    (() => {
      const worker = new Worker();
      registry.register(worker, "worker");
      worker.ask({
        outer() {
          timer = setInterval(() => {}, 10_000);
          return "";
        },
      });
    })();
    await collectUntil(() => collected.length > 0);
    clearInterval(timer);
    expect(collected).toEqual(["worker"]);
  });

  it("leaves methods that cannot be replaced alone", () => {
    const Worker = createWorker();
    Object.freeze(Worker.prototype);
    expect(new (agent(Worker))().inner()).toBe("inner");
  });

  it("leaves borrowed methods to their borrower", async () => {
    const Worker = agent(createWorker());
    expect(Reflect.apply(Worker.prototype.ask, undefined, [{ outer: () => "lent" }])).toBe("lent");
    expect(await names()).toEqual([]);
  });
});

it("names each class after itself", async () => {
  for (const Each of [class First {}, class Second {}]) {
    Object.defineProperty(Each.prototype, "work", {
      value: () => event(Each.name),
      configurable: true,
      writable: true,
    });
    (new (agent(Each))() as { work(): void }).work();
  }
  const { spans } = await telemetry.finish();
  expect(named(spans, "event First").attributes["gen_ai.agent.name"]).toBe("First");
  expect(named(spans, "event Second").attributes["gen_ai.agent.name"]).toBe("Second");
});
