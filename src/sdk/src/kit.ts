/** One run of the kit. The functions `flush`, `shutdown` and `patch` of the package act on the same one. */
export interface Kit {
  /** `false` if the kit is disabled, could not start or was shut down; the other members then have no effect. */
  readonly active: boolean;
  /**
   * Sends everything recorded so far, for example before a serverless function freezes. Resolves when it has been
   * delivered or given up, at the latest after `shutdownTimeoutMs`; never rejects.
   */
  flush(): Promise<void>;
  /**
   * Instruments a library that no hook has seen because it is inside a bundle: pass what `import * as sdk` or `require`
   * returned, or its main class.
   * @param library its name, such as `"openai"`, if a bundler renamed its exports
   * @returns whether the kit knows the library
   */
  patch(module: unknown, library?: string): boolean;
  /**
   * Removes every patch, sends what is left and removes all listeners. `init` works again afterwards. Never rejects; a
   * second call does nothing.
   */
  shutdown(): Promise<void>;
}

/** Returned while the kit is disabled. */
export const INACTIVE: Kit = {
  active: false,
  patch: () => false,
  flush: async () => {},
  shutdown: async () => {},
};

const SLOT = Symbol.for("@kit/sdk");

/** On the global object, so that a second copy of the package finds the running kit. */
const slot = globalThis as { [SLOT]?: Kit };

export function currentKit(): Kit | undefined {
  return slot[SLOT];
}

export function setCurrentKit(kit: Kit | undefined): void {
  if (kit == null) delete slot[SLOT];
  else slot[SLOT] = kit;
}
