import type { ResponseFacts } from "@kit/genai";
import { readInherited, withInherited } from "@kit/genai/framework";
import type { Context } from "@opentelemetry/api";

/** Called with the answer of each model call inside. `beyond` is the application's own agent around it, if there is one. */
type Tally = ((response: ResponseFacts) => void) & { readonly beyond?: Tally | undefined };

/** A running agent and the totals of its own model calls; agents inside it count theirs. */
export class AgentTally {
  readonly name: string | undefined;
  readonly #calls = { models: 0, tools: 0 };
  readonly #usage: { input?: number; output?: number } = {};
  #finishReasons: ResponseFacts["finishReasons"];

  constructor(name: string | undefined) {
    this.name = name;
  }

  /** Passes its name to its tools, and itself to whoever records a model call inside. */
  within(context: Context): Context {
    const around: Tally | undefined = readInherited(context)?.tally;
    // An outer agent of LangChain counts only its own calls; one of the application (`agent()`) counts these, too.
    const beyond = around !== undefined && "beyond" in around ? around.beyond : around;
    const tell = (response: ResponseFacts) => {
      this.add(response);
      beyond?.(response);
    };
    const tally: Tally = Object.assign(tell, { beyond });
    return withInherited({ agentName: this.name, tally }, context);
  }

  addTool(): void {
    this.#calls.tools += 1;
  }

  /** A model call of its own ended, with or without an answer. */
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
