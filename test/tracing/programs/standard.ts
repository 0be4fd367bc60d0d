// What only standard decorators can mark: private members, fields, classes with private static members.
import { agent, task } from "@kit/tracing";
import { step, tell } from "./recorded.js";

class Desk {
  readonly sign = "sign";

  @task
  #hidden(): string {
    return this.sign;
  }

  callHidden(): string {
    return this.#hidden();
  }

  @agent({ name: "arrow" })
  readonly arrow = (text: string): string => `${this.sign} ${text}`;

  @task
  readonly plain: number = 7;

  @task
  accessor handler = async (text: string): Promise<string> => `${this.sign} ${text}`;

  @agent({ name: "shared" })
  static accessor shared = (): string => "shared";

  @task
  accessor count = 1;

  @task
  static accessor #locked = (): string => "locked";

  static unlock(): string {
    return Desk.#locked();
  }
}

@agent
class Counter {
  static #made = 0;

  static make(): Counter {
    Counter.#made += 1;
    return new Counter();
  }

  count(): number {
    return Counter.#made;
  }
}

const desk = new Desk();
await step("private method", () => desk.callHidden());
await step("field that holds a function", () => [desk.arrow("here"), desk.arrow.length]);
await step("field that does not", () => desk.plain);
await step("accessor that holds a function", () => desk.handler("here"));
await step("static accessors", () => [Desk.shared(), Desk.unlock()]);
await step("accessor that does not", () => {
  desk.count += 1;
  return desk.count;
});
await step("class with a private static member", () => Counter.make().count());
tell();
