import { agent, alert, cron, event, metric, session, task, tool, trace } from "@kit/tracing";
import { init as start } from "./init.js";
import type { Kit } from "./kit.js";
import type { InitOptions } from "./settings/options.js";

/** The functions of `@kit/tracing` for manual instrumentation. */
export interface Marks {
  readonly session: typeof session;
  readonly cron: typeof cron;
  readonly agent: typeof agent;
  readonly task: typeof task;
  readonly tool: typeof tool;
  readonly trace: typeof trace;
  readonly event: typeof event;
  readonly metric: typeof metric;
  readonly alert: typeof alert;
}

const MARKS: Marks = { session, cron, agent, task, tool, trace, event, metric, alert };

/**
 * The running kit, together with the functions that the package exports. They may be called at any time; when nothing is
 * recorded, they simply run what they are given.
 */
export type Client = Kit & Marks;

/**
 * Starts the kit, with options over environment variables over defaults. There is one per process, so a second call returns
 * the running one. Joins the application's tracer provider if it has one. Never throws; problems are reported in one line
 * each on standard error.
 */
export function init(options: InitOptions = {}): Client {
  const kit = start(options);
  // The hook starts the kit without these, which most of its applications never call and should not load.
  return Object.assign(kit, MARKS);
}
