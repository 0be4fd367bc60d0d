import { ATTR, type ResponseFacts, readInherited } from "@kit/genai/core";
import { type Attributes, context } from "@opentelemetry/api";
import type { Description } from "./kinds.js";
import { type Opening, OpenScope } from "./scope.js";

/** The work of an agent, which sums up what the model calls inside used, those of agents inside it too. */
export class OpenAgentScope extends OpenScope {
  readonly #used: UsedTokens;

  constructor(description: Description, opening: Opening) {
    const used = new UsedTokens();
    const around = readInherited(opening.parent ?? context.active())?.tally;
    const tally = (response: ResponseFacts) => {
      used.add(response);
      around?.(response);
    };
    super(description, { ...opening, handsDown: { ...description.handsDown, tally } });
    this.#used = used;
  }

  protected override finishing(): void {
    this.set(this.#used.attributes());
  }
}

class UsedTokens {
  #input: number | undefined;
  #output: number | undefined;
  #finishReasons: ResponseFacts["finishReasons"];

  add({ usage, finishReasons }: ResponseFacts): void {
    this.#input = sum(this.#input, usage?.input);
    this.#output = sum(this.#output, usage?.output);
    this.#finishReasons = finishReasons ?? this.#finishReasons;
  }

  attributes(): Attributes {
    const reasons = this.#finishReasons?.map((reason) => reason ?? "error") ?? [];
    return {
      ...(this.#input !== undefined && { [ATTR.usageInputTokens]: this.#input }),
      ...(this.#output !== undefined && { [ATTR.usageOutputTokens]: this.#output }),
      ...(reasons.length > 0 && { [ATTR.responseFinishReasons]: reasons }),
    };
  }
}

function sum(before: number | undefined, more: number | null | undefined): number | undefined {
  return Number.isSafeInteger(more) && more != null && more >= 0 ? (before ?? 0) + more : before;
}
