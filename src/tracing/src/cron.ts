import { KIT_ATTR } from "@kit/genai/core";
import { withSessionBaggage } from "./baggage.js";
import { describeCron } from "./kinds.js";
import { type LoggedScope, OpenLoggedScope } from "./logged-scope.js";
import type { MarkOptions } from "./mark.js";
import { cutText, toText } from "./safe-json.js";
import type { Opening } from "./scope.js";
import { createScopeFactory, type ScopeFactory } from "./scope-factory.js";
import { cronKey } from "./session-key.js";

/** Options of `cron`. */
export interface CronOptions extends MarkOptions {
  /**
   * What the key of a run stands for, `agent:main:cron:<job>`: by `job` all runs share it, by `run` each has one of
   * its own, ending in `:run:` and 16 hexadecimal digits. @default "job"
   */
  readonly cronSessionKey?: "job" | "run" | undefined;
  /** As for sessions. @default false, or what the session around does */
  readonly propagate?: boolean | undefined;
}

/** One run of a scheduled job in progress. */
export interface CronRun extends LoggedScope {
  /** The key that everything inside carries as `session.id`. */
  readonly key: string;
  /** Says what the run came to, in at most 500 characters. The last word counts. */
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
 * One run of a scheduled job; what it spends is booked under the job's key. `cron(job, work)` runs the work now and
 * ends with it, `cron(job)` gives a handle. `cron(fn)` and `cron(options)` wrap or decorate, and each call is a run.
 */
export const cron: ScopeFactory<CronRun, CronOptions> = createScopeFactory(
  (job, options: CronOptions, opening) => new OpenCronRun(job, options, opening),
);
