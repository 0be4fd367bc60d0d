import { AiloopError, AuthenticationError, TimeoutError } from "../errors.js";
import type { Settings } from "../options.js";
import { untilAborted } from "../timing.js";
import type { HealthData } from "../transport/server-api.js";
import { judgeVersion, parseVersion } from "./version-check.js";

/** The content type that questions have on the wire. */
export type Dialect = "decision" | "question";

/**
 * Finds out how the server wants its questions. The version cannot tell it all: 1.0.0 wants `question`, 1.0.1 to
 * 1.0.14 want `decision`, and all of them report 1.0.0; so a refused decision is tried once as a question.
 */
export class DialectFinder {
  readonly #fixed: Dialect | undefined;
  readonly #readHealth: () => Promise<HealthData>;
  #health: HealthData | undefined;
  #reading: Promise<HealthData> | undefined;
  #learned: Dialect | undefined;

  constructor(dialect: Settings["dialect"], readHealth: () => Promise<HealthData>) {
    this.#fixed = dialect === "auto" ? undefined : dialect;
    this.#readHealth = readHealth;
  }

  /** Takes over health that was read elsewhere, which saves the first question a request. */
  note(health: HealthData): void {
    this.#health = health;
  }

  async find(signal: AbortSignal | undefined): Promise<Dialect> {
    const known = this.#fixed ?? this.#learned;
    if (known) return known;
    try {
      this.#health ??= await untilAborted(this.#readOnce(), signal);
    } catch (error) {
      if (signal?.aborted || error instanceof AuthenticationError || error instanceof TimeoutError)
        throw error;
      return "decision"; // a server without health may still take messages; if not, the POST tells why
    }
    const { compatible, serverVersion } = judgeVersion(this.#health);
    return compatible && parseVersion(serverVersion)?.[0] === 0 ? "question" : "decision";
  }

  /** Questions that are asked together share one look, so the signal of one of them does not end it. */
  #readOnce(): Promise<HealthData> {
    this.#reading ??= this.#readHealth().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** True, and remembered, when the server refused a decision because it does not know decisions. */
  isDecisionUnknown(error: unknown): boolean {
    if (this.#fixed || !(error instanceof AiloopError) || error.status === undefined) return false;
    const unknownVariant = /unknown variant/i.test(error.message);
    const opaque = error.status === 500 && this.#health?.version === "1.0.0";
    if (!unknownVariant && !opaque) return false;
    this.#learned = "question";
    return true;
  }
}
