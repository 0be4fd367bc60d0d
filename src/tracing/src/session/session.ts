import { KIT_ATTR } from "@kit/genai/core";
import type { MarkOptions } from "../mark.js";
import { cutText, toText } from "../safe-json.js";
import { describeSession } from "../scope/kinds.js";
import { type LoggedScope, OpenLoggedScope } from "../scope/logged-scope.js";
import type { Opening } from "../scope/scope.js";
import { withSessionBaggage } from "./baggage.js";
import { createScopeFactory, type ScopeFactory } from "./scope-factory.js";
import { sessionKey } from "./session-key.js";

/** Options of `session`. */
export interface SessionOptions extends MarkOptions {
  /** Key of the session, such as a chat's id; spans with the same key belong together. @default its name */
  readonly id?: string | undefined;
  /**
   * Passes the key on to other processes, in the W3C baggage of requests made inside; `joinSession` picks it up there.
   * Whoever is called can read it. @default false, or as the surrounding session
   */
  readonly propagate?: boolean | undefined;
}

/** A session in progress. */
export interface Session extends LoggedScope {
  /** The key that everything inside carries as `session.id`. */
  readonly key: string;
  /**
   * Sets how the session went, in a word. `error`, `fail`, `failed` and `failure` mark the span as failed.
   * @default "ok", or "error" if it failed
   */
  setResult(result: string): void;
}

const MAX_RESULT = 256;
const FAILURES = new Set(["error", "fail", "failed", "failure"]);

class OpenSession extends OpenLoggedScope implements Session {
  readonly key: string;
  #result = "ok";

  constructor(name: string, { id, propagate }: SessionOptions, opening: Opening) {
    const key = sessionKey(name, id == null ? undefined : toText(id));
    super(describeSession(name, key), opening);
    this.key = key;
    this.extend((inside) => withSessionBaggage(inside, key, propagate));
  }

  readonly setResult = (result: string): void => {
    this.#result = cutText(toText(result), MAX_RESULT);
  };

  protected override finishing(): void {
    const word = this.#result.trim().toLowerCase();
    const result = this.hasFailed ? "error" : this.#result;
    if (FAILURES.has(word)) this.failAs({ type: word, message: undefined });
    this.set({ [KIT_ATTR.sessionResult]: result });
  }
}

/**
 * A session: everything inside carries its key as `session.id`, including model calls. `session(name, work)` runs the work
 * now and ends with it; `session(name)` returns a handle. `session(fn)` and `session(options)` wrap or decorate a function,
 * and each call is a session.
 */
export const session: ScopeFactory<Session, SessionOptions> = createScopeFactory(
  (name, options: SessionOptions, opening) => new OpenSession(name, options, opening),
);
