// What a user's strict program may ask of the types: compiled only, by every TypeScript that is supported.
import {
  agent,
  type CronRun,
  cron,
  joinSession,
  type Session,
  session,
  task,
  tool,
  trace,
} from "@kit/tracing";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_equal: Equal<A, B>): void {}

const plain = (a: number, b?: string): string => `${a}${b}`;
const forms = [task(plain), task("n", plain), task({ name: "n" }, plain), task({ name: "n" })(plain)];
same<(typeof forms)[number], typeof plain>(true);

const pick = tool("pick", <T extends { id: string }>(items: readonly T[]): T | undefined => items[0]);
export const picked: { id: string; size: number } | undefined = pick([{ id: "a", size: 1 }]);
export const sum: Promise<number> = tool("add", async (a: number, b: number) => a + b)(1, 2);

const pages = trace("pages", function* (count: number) {
  yield count;
  return "end";
});
for (const page of pages(3)) same<typeof page, number>(true);
const stream = task(async function* (text: string) {
  yield text.length;
});
export async function read(): Promise<void> {
  for await (const size of stream("x")) same<typeof size, number>(true);
}
export const named: number = agent(function twice(n: number) {
  return n * 2;
})(2);
export const shelf = {
  size: 2,
  times: task(function (this: { size: number }, n: number) {
    return this.size * n;
  }),
};
export const six: number = shelf.times(3);

class Box<T> {
  readonly content: T;
  constructor(content: T) {
    this.content = content;
  }
  open(): T {
    return this.content;
  }
}
const Marked = agent("box", Box);
same<typeof Marked, typeof Box>(true);
export const opened: string = new Marked("text").open();

export const blocks: [number, Promise<string>, Promise<number>, string] = [
  session("n", (s: Session) => s.key.length),
  session("n", { id: "i" }, async (s) => s.key),
  cron("j", async (run: CronRun) => run.key.length),
  joinSession({ baggage: "" }, () => "x"),
];
