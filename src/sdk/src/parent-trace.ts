import { type Context, ROOT_CONTEXT, type TextMapGetter, type TextMapPropagator } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";

/** Names of environment variables are upper case, with underscores for what they cannot hold. */
const FROM_ENVIRONMENT: TextMapGetter<NodeJS.ProcessEnv> = {
  keys: (carrier) => Object.keys(carrier),
  get: (carrier, key) => carrier[key.toUpperCase().replace(/[^A-Z\d_]/g, "_")] || undefined,
};

/** The context in which another process started this one, as `TRACEPARENT`, `TRACESTATE` and `BAGGAGE` tell it. */
export function readParentContext(propagator: TextMapPropagator, env = process.env): Context {
  return propagator.extract(ROOT_CONTEXT, env, FROM_ENVIRONMENT);
}

/** Context that whoever asks for a new root gets, to be told from no context at all. */
const NEW_ROOT = ROOT_CONTEXT.deleteValue(Symbol("none"));

/** Keeps context along `await`s and callbacks; where there is none, `parent` is the context. */
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
