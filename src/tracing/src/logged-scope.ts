import { KIT_ATTR } from "@kit/genai/core";
import { diag } from "@opentelemetry/api";
import { attempt } from "./attempt.js";
import { cutText, toSafeJson, toText } from "./safe-json.js";
import { OpenScope, type Scope } from "./scope.js";

const MAX_LINES = 50;
const MAX_LINE = 1_000;
const MAX_DATA = 4_096;

/** A scope that lines can be logged into. */
export interface LoggedScope extends Scope {
  /**
   * Adds a line: a span event `kit.log`, with `data` as JSON. The first 50 lines are kept, of 1,000 characters at
   * most, with 4,096 of data.
   */
  log(message: string, data?: Readonly<Record<string, unknown>>): void;
}

/** What sessions and scheduled jobs have in common. */
export class OpenLoggedScope extends OpenScope implements LoggedScope {
  #lines = 0;

  /** A field, as all that a block is given for itself: it may take it out of the scope, `({ log }) => …`. */
  readonly log = (message: string, data?: Readonly<Record<string, unknown>>): void => {
    if (!this.wantsAttributes) return;
    this.#lines += 1;
    if (this.#lines > MAX_LINES) {
      if (this.#lines === MAX_LINES + 1) diag.debug(`@kit/tracing: only ${MAX_LINES} log lines are kept`);
      return;
    }
    attempt(() =>
      this.addEvent("kit.log", {
        [KIT_ATTR.logMessage]: cutText(toText(message), MAX_LINE),
        ...(data !== undefined && { [KIT_ATTR.logData]: toSafeJson(toObject(data), MAX_DATA) }),
      }),
    );
  };
}

/** Facts come as an object; anything else becomes the `value` of one. */
export function toObject(data: unknown): object {
  return typeof data === "object" && data !== null && !Array.isArray(data) ? data : { value: data };
}
