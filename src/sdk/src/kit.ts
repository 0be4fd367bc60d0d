/** One run of the kit. The functions `flush`, `shutdown` and `patch` of the package act on the same one. */
export interface Kit {
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
