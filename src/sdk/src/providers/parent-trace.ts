import { type Context, ROOT_CONTEXT, type TextMapGetter, type TextMapPropagator } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";

/** Names of environment variables are upper case, with underscores instead of other characters. */
const FROM_ENVIRONMENT: TextMapGetter<NodeJS.ProcessEnv> = {
  keys: (carrier) => Object.keys(carrier),
  get: (carrier, key) => carrier[key.toUpperCase().replace(/[^A-Z\d_]/g, "_")] || undefined,
};

/** The context of the process that started this one, from `TRACEPARENT`, `TRACESTATE` and `BAGGAGE`. */
export function readParentContext(propagator: TextMapPropagator, env = process.env): Context {
  return propagator.extract(ROOT_CONTEXT, env, FROM_ENVIRONMENT);
}

/** Used when somebody asks for a new root, to distinguish that from having no context at all. */
const NEW_ROOT = ROOT_CONTEXT.deleteValue(Symbol("none"));

/** Keeps the context across `await`s and callbacks; if there is none, the context is `parent`. */
export class ContextManagerBelow extends AsyncLocalStorageContextManager {
  readonly #parent: Context;

  constructor(parent: Context) {
    super();
    this.#parent = parent;
  }

  override active(): Context {
    const active = super.active();
    return active === ROOT_CONTEXT ? this.#parent : active;
  }

  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    wanted: Context,
    run: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return super.with(wanted === ROOT_CONTEXT ? NEW_ROOT : wanted, run, thisArg, ...args);
  }
}
