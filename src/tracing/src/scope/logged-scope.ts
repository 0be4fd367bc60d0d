import { KIT_ATTR } from "@kit/genai/core";
import { attempt, tell } from "../attempt.js";
import { cutText, toSafeJson, toText } from "../safe-json.js";
import { OpenScope, type Scope } from "./scope.js";

const MAX_LINES = 50;
const MAX_LINE = 1_000;
const MAX_DATA = 4_096;

/** A scope that lines can be logged into. */
export interface LoggedScope extends Scope {
  /**
   * Adds a log line, as a span event `kit.log` with `data` as JSON. The first 50 lines are kept, with at most 1,000
   * characters each and 4,096 of data.
   */
  log(message: string, data?: Readonly<Record<string, unknown>>): void;
}

/** What sessions and scheduled jobs have in common. */
export class OpenLoggedScope extends OpenScope implements LoggedScope {
  #lines = 0;

  /** A field, like everything made for blocks, which may destructure the scope: `({ log }) => …`. */
  readonly log = (message: string, data?: Readonly<Record<string, unknown>>): void => {
    if (!this.wantsAttributes) return;
    this.#lines += 1;
    if (this.#lines > MAX_LINES) {
      if (this.#lines === MAX_LINES + 1) tell("debug", () => `only ${MAX_LINES} log lines are kept`);
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

/** Objects are returned as they are; anything else becomes `{ value }`. */
export function toObject(data: unknown): object {
  return typeof data === "object" && data !== null && !Array.isArray(data) ? data : { value: data };
}
