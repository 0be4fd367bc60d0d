import type { ResponseFacts } from "@kit/genai";
import { readInherited, withInherited } from "@kit/genai/framework";
import type { Context } from "@opentelemetry/api";

/** Told what a model's call came to; `beyond` it is told who counts all that is inside. */
type Tally = ((response: ResponseFacts) => void) & { readonly beyond?: Tally | undefined };

/** An agent under way, and what its model calls come to; those of agents below it are theirs. */
export class AgentTally {
  readonly name: string | undefined;
  readonly #calls = { models: 0, tools: 0 };
  readonly #usage: { input?: number; output?: number } = {};
  #finishReasons: ResponseFacts["finishReasons"];

  constructor(name: string | undefined) {
    this.name = name;
  }

  /** Its tools carry its name, and whoever records a model's call inside tells what came of it. */
  within(context: Context): Context {
    const around: Tally | undefined = readInherited(context)?.tally;
    // An agent of the library's around this one counts its own calls alone; one of the application's counts these too.
    const beyond = around !== undefined && "beyond" in around ? around.beyond : around;
    const tell = (response: ResponseFacts) => {
      this.add(response);
      beyond?.(response);
    };
    const tally: Tally = Object.assign(tell, { beyond });
    return withInherited({ agentName: this.name, tally }, context);
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
