import { readArguments } from "./arguments.js";
import { type Decorate, decorate, isDecoration } from "./decorate.js";
import { readName } from "./kinds.js";
import type { MarkOptions } from "./mark.js";
import type { Opening, OpenScope, Scope } from "./scope.js";
import type { AnyClass } from "./traced-class.js";
import type { AnyFunction } from "./traced-function.js";

/** How sessions and scheduled jobs are begun: now, with a name first; at each call, with a function or options first. */
export type ScopeFactory<S extends Scope, Options extends MarkOptions> = Decorate & {
  <T>(name: string, work: (scope: S) => T): T;
  <T>(name: string, options: Options, work: (scope: S) => T): T;
  (name: string, options?: Options): S;
  <F extends AnyFunction | AnyClass>(options: Options, marked: F): F;
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
    const mark = (...marked: unknown[]) => decorate(marked, options.name, open);
    if (typeof args[0] !== "string") return work === undefined ? mark : mark(work);
    const scope = open(readName(options.name))([]);
    return work === undefined ? scope : scope.runToEnd(() => work(scope as never));
  };
  return factory as ScopeFactory<S, Options>;
}
