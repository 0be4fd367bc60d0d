import { expectTypeOf, it } from "vitest";
import { agent, type CronRun, cron, type Scope, type Session, session, task, tool } from "./index.js";

class Store {
  get(): string {
    return "";
  }
}

abstract class Shape {
  abstract area(): number;
}

it("gives back functions and classes of the type they had", () => {
  const overloaded: { (a: string): string; (a: number): number } = ((a: never) => a) as never;
  expectTypeOf(agent(overloaded)).toEqualTypeOf(overloaded);
  expectTypeOf(agent("n", (a: string, b?: number) => `${a}${b}`)).toEqualTypeOf<
    (a: string, b?: number) => string
  >();
  expectTypeOf(agent("n")(async (a: string) => a.length)).toEqualTypeOf<(a: string) => Promise<number>>();
  expectTypeOf(agent({ captureArgs: true })(<T>(a: T) => a)).toEqualTypeOf<<T>(a: T) => T>();
  expectTypeOf(task("n", { tool: true }, (a: string) => a)).toEqualTypeOf<(a: string) => string>();
  expectTypeOf(tool({ name: "n" }, (a: string) => a)).toEqualTypeOf<(a: string) => string>();
  expectTypeOf(session({ id: "i" })((a: string) => a)).toEqualTypeOf<(a: string) => string>();
  expectTypeOf(agent(Store)).toEqualTypeOf<typeof Store>();
  expectTypeOf(agent("n", Shape)).toEqualTypeOf<typeof Shape>();
  expectTypeOf(
    agent(function (this: Store, a: string) {
      return this.get() + a;
    }),
  ).toEqualTypeOf<(this: Store, a: string) => string>();
});

it("runs a block with the scope, and returns what the block returns", () => {
  expectTypeOf(session("n", (s) => s)).toEqualTypeOf<Session>();
  expectTypeOf(session("n", async (s) => s.key)).toEqualTypeOf<Promise<string>>();
  expectTypeOf(session("n", { id: "i" }, () => 1)).toEqualTypeOf<number>();
  expectTypeOf(session({ id: "i" }, async (s) => s)).toEqualTypeOf<Promise<Session>>();
  expectTypeOf(cron("n", async (c) => c)).toEqualTypeOf<Promise<CronRun>>();
  expectTypeOf(agent("n").run((a) => a)).toEqualTypeOf<Scope>();
});

it("gives a handle for a name alone, or what is to come", () => {
  expectTypeOf(session("n")).toEqualTypeOf<Session>();
  expectTypeOf(cron("n", { cronSessionKey: "run" })).toEqualTypeOf<CronRun>();
  expectTypeOf(agent("n").start()).toEqualTypeOf<Scope>();
  expectTypeOf(agent).toBeCallableWith();
  session("n").end();
  cron("n", { cronSessionKey: "run" }).end();
});

it("refuses what cannot be marked", () => {
  const refused = () => {
    // @ts-expect-error a number is no function
    agent(1);
    // @ts-expect-error a block is a function
    agent("n").run(1);
    // @ts-expect-error `tool` is an option of tasks
    agent({ tool: true });
    // @ts-expect-error a key is text
    session("n", { id: 7 }, () => 1);
    // @ts-expect-error there are two ways
    cron("n", { cronSessionKey: "day" }, () => 1);
    // @ts-expect-error a marked function is not run, so that it gives no promise to wait for
    agent("n", async () => 1).then(() => {});
  };
  expectTypeOf(refused).toBeFunction();
});
