import type { ResponseFacts } from "@kit/genai";
import { withInherited } from "@kit/genai/framework";
import type { Context } from "@opentelemetry/api";

/** An agent under way, and what its model calls come to; those of agents below it are theirs. */
export class AgentTally {
  readonly name: string | undefined;
  readonly #calls = { models: 0, tools: 0 };
  readonly #usage: { input?: number; output?: number } = {};
  #finishReasons: ResponseFacts["finishReasons"];

  constructor(name: string | undefined) {
    this.name = name;
  }

  /** Its tools carry its name. */
  within(context: Context): Context {
    return this.name === undefined ? context : withInherited({ agentName: this.name }, context);
  }

  /** One of its tools ran. */
  addTool(): void {
    this.#calls.tools += 1;
  }

  /** A model answered, or failed to. */
  add({ usage, finishReasons }: ResponseFacts): void {
    this.#calls.models += 1;
    if (usage?.input != null) this.#usage.input = (this.#usage.input ?? 0) + usage.input;
    if (usage?.output != null) this.#usage.output = (this.#usage.output ?? 0) + usage.output;
    this.#finishReasons = finishReasons ?? this.#finishReasons;
  }

  read(): ResponseFacts {
    return { calls: this.#calls, usage: this.#usage, finishReasons: this.#finishReasons };
  }
}
