import { ATTR, type Inherited, type ResponseFacts, readInherited } from "@kit/genai/core";
import type { Attributes, Context } from "@opentelemetry/api";
import type { Description } from "./kinds.js";
import { OpenScope } from "./scope.js";

/** The scope of an agent. Sums up the usage of the model calls inside, including those of agents inside it. */
export class OpenAgentScope extends OpenScope {
  // Declared without an initialiser: the first model call creates it, and most scopes have none.
  declare private used: Used | undefined;

  protected override handDown({ handsDown }: Description, parent: Context): Inherited | undefined {
    if (!this.recording) return handsDown;
    const around = runningTally(readInherited(parent)?.tally);
    const tally: Tally = (response) => {
      this.used = add(this.used, response);
      around?.(response);
    };
    tally.scope = this;
    tally.around = around;
    return handsDown?.agentName === undefined ? { tally } : { agentName: handsDown.agentName, tally };
  }

  protected override finishing(): void {
    if (this.used !== undefined) this.set(toAttributes(this.used));
  }
}

/** Knows its scope and the tally of the surrounding agent; keeping those in a WeakMap would cost as much as two spans. */
interface Tally {
  (response: ResponseFacts): void;
  scope?: OpenAgentScope;
  around?: Tally | undefined;
}

/**
 * The innermost tally whose agent is still running. An agent started by a timer of one that has ended is not inside it, and
 * a chain of such agents must not keep all its predecessors alive.
 */
function runningTally(tally: Tally | undefined): Tally | undefined {
  return tally?.scope?.ended === true ? runningTally(tally.around) : tally;
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
