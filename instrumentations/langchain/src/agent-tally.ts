import type { ResponseFacts } from "@kit/genai";

/** What the model calls of one agent come to; those of agents below it are theirs. */
export class AgentTally {
  readonly name: string | undefined;
  #models = 0;
  #tools = 0;
  #input: number | undefined;
  #output: number | undefined;
  #finishReasons: ResponseFacts["finishReasons"];

  constructor(name: string | undefined) {
    this.name = name;
  }

  /** One of its tools ran. */
  addTool(): void {
    this.#tools += 1;
  }

  /** A model answered, or failed to. */
  add({ usage, finishReasons }: ResponseFacts): void {
    this.#models += 1;
    if (usage?.input != null) this.#input = (this.#input ?? 0) + usage.input;
    if (usage?.output != null) this.#output = (this.#output ?? 0) + usage.output;
    this.#finishReasons = finishReasons ?? this.#finishReasons;
  }

  read(): ResponseFacts {
    const calls = { models: this.#models, tools: this.#tools };
    const usage = { input: this.#input, output: this.#output };
    return { calls, usage, finishReasons: this.#finishReasons };
  }
}
