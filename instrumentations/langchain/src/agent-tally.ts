import { addUsage, type ResponseFacts, type Usage } from "@kit/genai";

/** What the model calls of one agent come to; those of agents below it are theirs. */
export class AgentTally {
  readonly name: string | undefined;
  #models = 0;
  #tools = 0;
  readonly #usage: Usage = {};
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
    addUsage(this.#usage, { input: usage?.input, output: usage?.output });
    this.#finishReasons = finishReasons ?? this.#finishReasons;
  }

  read(): ResponseFacts {
    const calls = { models: this.#models, tools: this.#tools };
    return { calls, usage: this.#usage, finishReasons: this.#finishReasons };
  }
}
