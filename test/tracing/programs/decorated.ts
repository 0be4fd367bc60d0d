// Compiled by TypeScript with standard and with legacy decorators: both must do the same.
import { agent, cron, event, session, task, tool, trace } from "@kit/tracing";
import { step, tell } from "./recorded.js";

class Desk {
  readonly #drawer = "drawer";

  @task
  open(): string {
    return this.#drawer;
  }

  @tool("look_up")
  find<T>(what: T): T[] {
    return [what];
  }

  @trace({ captureArgs: true })
  async sum(left: number, right: number): Promise<number> {
    await this.wait();
    return left + right;
  }

  @task()
  async wait(): Promise<void> {}

  @task
  static made(): Desk {
    return new this();
  }

  @task
  *pages(): Generator<number, string, unknown> {
    this.open();
    yield 1;
    yield 2;
    return "done";
  }

  @agent("streamer")
  async *stream(): AsyncGenerator<number> {
    yield 1;
    await this.wait();
    yield 2;
  }

  @session({ name: "chat", id: "c-1" })
  chat(): void {
    event("said");
  }

  @cron({ name: "nightly" })
  async nightly(): Promise<void> {
    event("cleaned");
  }

  @session
  plain(): void {}

  @task
  get label(): string {
    return this.open();
  }
}

@agent
class Researcher {
  static count = 0;
  readonly #topic: string;

  constructor(topic: string) {
    this.#topic = topic;
    Researcher.count += 1;
  }

  static create(topic: string): Researcher {
    return new this(topic);
  }

  get topic(): string {
    return this.#topic;
  }

  async run(): Promise<string> {
    await Promise.resolve();
    return `${await this.read()} ${this._secret()}`;
  }

  @task
  async read(): Promise<string> {
    return this.#topic;
  }

  _secret(): string {
    return "s";
  }

  toString(): string {
    return `Researcher(${this.#topic})`;
  }
}

@agent({ name: "editor" })
class Editor extends Researcher {
  override async run(): Promise<string> {
    return `edited ${await super.run()}`;
  }
}

const desk = new Desk();
await step("method", () => [desk.open(), desk.find("key"), desk.find.name, desk.find.length]);
await step("asynchronous method", () => desk.sum(1, 2));
await step("static method", () => [Desk.made() instanceof Desk, Desk.made.name]);
await step("generator method", () => [...desk.pages()]);
await step("asynchronous generator method", async () => {
  const seen: number[] = [];
  for await (const each of desk.stream()) seen.push(each);
  return seen;
});
await step("session and job", async () => {
  desk.chat();
  await desk.nightly();
  desk.plain();
});
await step("getter", () => desk.label);
await step("class untouched", () => {
  const researcher = Researcher.create("fish");
  return [
    researcher instanceof Researcher,
    researcher.constructor === Researcher,
    [Researcher.name, Researcher.length, Researcher.count],
    researcher.topic,
    researcher._secret(),
    String(researcher),
    Object.keys(researcher),
    Object.keys(Researcher.prototype),
  ];
});
await step("class", () => new Researcher("fish").run());
await step("method of a class from outside", () => new Researcher("fish").read());
await step("class that extends a decorated one", () => new Editor("fish").run());
tell();
