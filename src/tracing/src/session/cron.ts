import { KIT_ATTR } from "@kit/genai/core";
import type { MarkOptions } from "../mark.js";
import { cutText, toText } from "../safe-json.js";
import { describeCron } from "../scope/kinds.js";
import { type LoggedScope, OpenLoggedScope } from "../scope/logged-scope.js";
import type { Opening } from "../scope/scope.js";
import { withSessionBaggage } from "./baggage.js";
import { createScopeFactory, type ScopeFactory } from "./scope-factory.js";
import { cronKey } from "./session-key.js";

/** Options of `cron`. */
export interface CronOptions extends MarkOptions {
  /**
   * What the key `agent:main:cron:<job>` identifies: with `job`, all runs share it; with `run`, each run has its own,
   * ending in `:run:` and 16 hexadecimal digits. @default "job"
   */
  readonly cronSessionKey?: "job" | "run" | undefined;
  /** As for sessions. @default false, or as the surrounding session */
  readonly propagate?: boolean | undefined;
}

/** One run of a scheduled job in progress. */
export interface CronRun extends LoggedScope {
  /** The key that everything inside carries as `session.id`. */
  readonly key: string;
  /** Sets a summary of the run, of at most 500 characters. The last call wins. */
  setSummary(summary: string): void;
}

const MAX_SUMMARY = 500;

class OpenCronRun extends OpenLoggedScope implements CronRun {
  readonly key: string;

  constructor(job: string, { cronSessionKey = "job", propagate }: CronOptions, opening: Opening) {
    const key = cronKey(job, cronSessionKey);
    super(describeCron(job, key), opening);
    this.key = key;
    this.extend((inside) => withSessionBaggage(inside, key, propagate));
  }

  readonly setSummary = (summary: string): void => {
    this.set({ [KIT_ATTR.cronSummary]: cutText(toText(summary), MAX_SUMMARY) });
  };
}

/**
 * One run of a scheduled job; its costs are attributed to the job's key. `cron(job, work)` runs the work now and ends with
 * it; `cron(job)` returns a handle. `cron(fn)` and `cron(options)` wrap or decorate a function, and each call is a run.
 */
export const cron: ScopeFactory<CronRun, CronOptions> = createScopeFactory(
  (job, options: CronOptions, opening) => new OpenCronRun(job, options, opening),
);
