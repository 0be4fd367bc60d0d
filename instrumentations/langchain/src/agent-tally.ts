import type { ResponseFacts } from "@kit/genai";

/** What the model calls of one agent come to; those of agents below it are theirs. */
export class AgentTally {
  readonly name: string | undefined;
  #calls = 0;
  #input: number | undefined;
  #output: number | undefined;
  #finishReasons: ResponseFacts["finishReasons"];

  constructor(name: string | undefined) {
    this.name = name;
  }

  add({ usage, finishReasons }: ResponseFacts): void {
    this.#calls += 1;
    if (usage?.input != null) this.#input = (this.#input ?? 0) + usage.input;
    if (usage?.output != null) this.#output = (this.#output ?? 0) + usage.output;
    this.#finishReasons = finishReasons ?? this.#finishReasons;
  }

  read(): ResponseFacts {
    if (this.#calls === 0) return {};
    return {
      usage: { input: this.#input, output: this.#output },
      finishReasons: this.#finishReasons,
    };
  }
}
