import { readArguments } from "../arguments.js";
import { type Decorate, decorate, isDecoration } from "../decorate/decorate.js";
import type { MarkOptions } from "../mark.js";
import { readName } from "../scope/kinds.js";
import type { Opening, OpenScope, Scope } from "../scope/scope.js";

/**
 * Starts sessions and scheduled jobs: now, for work given beside a name or options; now, as a handle, for a name alone; at
 * each call, for a function alone or decorated with options.
 */
export type ScopeFactory<S extends Scope, Options extends MarkOptions> = Decorate & {
  <T>(name: string, work: (scope: S) => T): T;
  <T>(name: string, options: Options, work: (scope: S) => T): T;
  <T>(options: Options, work: (scope: S) => T): T;
  (name: string, options?: Options): S;
  (options?: Options): Decorate;
};

/** Opens a scope of one kind. */
type OpenOne<Options> = (name: string, options: Options, opening: Opening) => OpenScope;

export function createScopeFactory<S extends Scope, Options extends MarkOptions>(
  openOne: OpenOne<Options>,
): ScopeFactory<S, Options> {
  const opener = (options: Options) => (name: string) => (args: readonly unknown[]) => {
    const { captureArgs, captureReturn, root } = options;
    return openOne(name, options, { args: captureArgs === true ? args : undefined, captureReturn, root });
  };
  const factory = (...args: unknown[]): unknown => {
    if (isDecoration(args)) return decorate(args, undefined, opener({} as Options));
    const { options, work } = readArguments<Options>(args);
    const open = opener(options);
    const begin = () => open(readName(options.name))([]);
    if (work !== undefined) {
      const scope = begin();
      return scope.runToEnd(() => work(scope as never));
    }
    // Even if the name is missing by mistake (`undefined`), the caller expects a handle.
    const named = args.length > 0 && (typeof args[0] !== "object" || args[0] === null);
    return named ? begin() : (...marked: unknown[]) => decorate(marked, options.name, open);
  };
  return factory as ScopeFactory<S, Options>;
}
