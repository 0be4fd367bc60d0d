import { agent, alert, cron, event, metric, session, task, tool, trace } from "@kit/tracing";

/** What applications mark by hand, as `@kit/tracing` has it. */
export interface Helpers {
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

export const HELPERS: Helpers = { session, cron, agent, task, tool, trace, event, metric, alert };

/**
 * What `init` returns. The functions of the package act on the same one: `kit.session` is `session`, and so on. All of
 * them may be called at any time; where nothing is recorded, the functions they are given run as if alone.
 */
export interface Kit extends Helpers {
  /** `false` when the kit is switched off, could not start or was shut down; everything else is then without effect. */
  readonly active: boolean;
  /**
   * Sends what has been recorded so far, for example before a serverless function freezes. Resolves when it
   * was delivered or given up, after `shutdownTimeoutMs` at the latest; never rejects.
   */
  flush(): Promise<void>;
  /**
   * Instruments a library that no hook has seen, because a bundler took it in: pass what `import * as sdk`,
   * `require` or its main class gave you.
   * @param library its name, such as `"openai"`, where a bundler renamed what it exports
   * @returns whether it is a library that the kit knows
   */
  patch(module: unknown, library?: string): boolean;
  /**
   * Takes every patch back, sends what is left and lets go of the process. `init` works again afterwards.
   * Never rejects; a second call does nothing.
   */
  shutdown(): Promise<void>;
}

/** Stands in where the kit is off. */
export const INACTIVE: Kit = {
  ...HELPERS,
  active: false,
  patch: () => false,
  flush: async () => {},
  shutdown: async () => {},
};

const SLOT = Symbol.for("@kit/sdk");

/** On the global object, so that a second copy of the package finds the kit that runs. */
const slot = globalThis as { [SLOT]?: Kit };

export function currentKit(): Kit | undefined {
  return slot[SLOT];
}

export function setCurrentKit(kit: Kit | undefined): void {
  if (kit == null) delete slot[SLOT];
  else slot[SLOT] = kit;
}
