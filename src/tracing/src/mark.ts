import { isToolRecorded } from "@kit/genai/core";
import { context } from "@opentelemetry/api";
import { readArguments } from "./arguments.js";
import { type Decorate, decorate, isDecoration } from "./decorate/decorate.js";
import type { AnyClass } from "./decorate/traced-class.js";
import type { AnyFunction, Open } from "./decorate/traced-function.js";
import { OpenAgentScope } from "./scope/agent-scope.js";
import { describeMark, type MarkKind, readName } from "./scope/kinds.js";
import { OpenScope, requireWork, type Scope } from "./scope/scope.js";

/** Options shared by everything that traces functions. */
export interface MarkOptions {
  /** @default the name of the function, method or class */
  readonly name?: string | undefined;
  /** Records the arguments of each call as JSON of at most 500 characters. They may be sensitive. @default false */
  readonly captureArgs?: boolean | undefined;
  /** Records what each call returns as JSON of at most 500 characters. It may be sensitive. @default false */
  readonly captureReturn?: boolean | undefined;
  /** Starts a new trace for each call, linked to the surrounding span. @default false */
  readonly root?: boolean | undefined;
}

/** Options of `task`. */
export interface TaskOptions extends MarkOptions {
  /** The task is a tool that a model calls; the same as `tool`. @default false */
  readonly tool?: boolean | undefined;
}

/** A name without its work yet: wraps or decorates it for later, or runs it now. */
export type Mark = Decorate & {
  /** Runs a block now, in a scope that ends with what the block returns. */
  run<T>(work: (scope: Scope) => T): T;
  /** Opens a scope now, to be ended by `end()` or `using`. */
  start(): Scope;
};

/**
 * Traces work. Given a function, it wraps that and does not run it; given only a name or options, it returns a `Mark`.
 */
export type Marker<Options extends MarkOptions = MarkOptions> = Decorate & {
  <F extends AnyFunction | AnyClass>(name: string, marked: F): F;
  <F extends AnyFunction | AnyClass>(name: string, options: Options, marked: F): F;
  <F extends AnyFunction | AnyClass>(options: Options, marked: F): F;
  (name: string, options?: Options): Mark;
  (options?: Options): Mark;
};

function createMarker<Options extends TaskOptions>(marks: MarkKind): Marker<Options> {
  const marker = (...args: unknown[]): unknown => {
    if (isDecoration(args)) return decorate(args, undefined, unlessRecorded(marks, opener(marks, {})));
    const { options, work } = readArguments<TaskOptions>(args);
    const mark = createMark(options.tool === true ? "tool" : marks, options);
    return work === undefined ? mark : mark(work);
  };
  return marker as Marker<Options>;
}

function createMark(kind: MarkKind, options: MarkOptions): Mark {
  const open = opener(kind, options);
  const openCall = unlessRecorded(kind, open);
  const start = (): OpenScope => open(readName(options.name))([]);
  const mark = (...args: unknown[]) => decorate(args, options.name, openCall);
  return Object.assign(mark, {
    start,
    run<T>(work: (scope: Scope) => T): T {
      requireWork(work);
      const scope = start();
      return scope.runToEnd(() => work(scope));
    },
  }) as Mark;
}

function opener(kind: MarkKind, { captureArgs, captureReturn, root }: MarkOptions) {
  return (name: string) => {
    const description = describeMark(kind, name);
    return (args: readonly unknown[]): OpenScope => {
      const opening = { args: captureArgs === true ? args : undefined, captureReturn, root };
      if (kind === "agent") return new OpenAgentScope(description, opening);
      return new OpenScope(description, opening);
    };
  };
}

/** As `open`, except for tools whose run a library already records, because that knows the model's tool call. */
function unlessRecorded(kind: MarkKind, open: (name: string) => (args: readonly unknown[]) => OpenScope) {
  if (kind !== "tool") return open;
  return (name: string): Open => {
    const openNamed = open(name);
    return (args) => (isToolRecorded(name, context.active()) ? undefined : openNamed(args));
  };
}

/** Traces an agent: each call is an `invoke_agent` span, and tools and events inside carry its name. */
export const agent: Marker = createMarker("agent");

/** Traces a step of the application: each call is a span `task {name}`. */
export const task: Marker<TaskOptions> = createMarker("task");

/** Traces a function that a model may call: each call is an `execute_tool` span. */
export const tool: Marker = createMarker("tool");

/** Traces anything else worth a span, which has just the given name. */
export const trace: Marker = createMarker("trace");
