import { agent, alert, cron, event, metric, session, task, tool, trace } from "@kit/tracing";
import { init as start } from "./init.js";
import type { Kit } from "./kit.js";
import type { InitOptions } from "./options.js";

/** What applications mark by hand, as `@kit/tracing` has it. */
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
 * The kit that runs, with all that the package exports as functions. They may be called at any time; where nothing is
 * recorded, what they are given runs as if alone.
 */
export type Client = Kit & Marks;

/**
 * Starts the kit: options over environment variables over defaults. There is one for each process, so a
 * second call returns the one that runs. Joins the application's tracer provider if it has one. Never throws;
 * what is wrong is one line on standard error.
 */
export function init(options: InitOptions = {}): Client {
  const kit = start(options);
  // The hook starts the kit without these, which most of its applications never call and need not load.
  return Object.assign(kit, MARKS);
}
