import { ATTR, type Inherited, type ResponseFacts, readInherited } from "@kit/genai/core";
import type { Attributes, Context } from "@opentelemetry/api";
import type { Description } from "./kinds.js";
import { OpenScope } from "./scope.js";

/** The work of an agent, which sums up what the model calls inside used, those of agents inside it too. */
export class OpenAgentScope extends OpenScope {
  // Declared without an initialiser: the first call of a model makes it, and most scopes have none.
  declare private used: Used | undefined;

  protected override handDown({ handsDown }: Description, parent: Context): Inherited {
    const around = readInherited(parent)?.tally;
    const tally = (response: ResponseFacts) => {
      this.used = add(this.used, response);
      around?.(response);
    };
    return handsDown?.agentName === undefined ? { tally } : { agentName: handsDown.agentName, tally };
  }

  protected override finishing(): void {
    if (this.used !== undefined) this.set(toAttributes(this.used));
  }
}

interface Used {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly finishReasons: ResponseFacts["finishReasons"];
}

function add(used: Used | undefined, { usage, finishReasons }: ResponseFacts): Used {
  return {
    input: sum(used?.input, usage?.input),
    output: sum(used?.output, usage?.output),
    finishReasons: finishReasons ?? used?.finishReasons,
  };
}

function sum(before: number | undefined, more: number | null | undefined): number | undefined {
  return Number.isSafeInteger(more) && more != null && more >= 0 ? (before ?? 0) + more : before;
}

function toAttributes({ input, output, finishReasons }: Used): Attributes {
  const reasons = finishReasons?.map((reason) => reason ?? "error") ?? [];
  return {
    ...(input !== undefined && { [ATTR.usageInputTokens]: input }),
    ...(output !== undefined && { [ATTR.usageOutputTokens]: output }),
    ...(reasons.length > 0 && { [ATTR.responseFinishReasons]: reasons }),
  };
}
