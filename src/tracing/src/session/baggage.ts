import { ATTR, withInherited } from "@kit/genai/core";
import { type Context, context, propagation, type TextMapGetter } from "@opentelemetry/api";
import { attempt } from "../attempt.js";
import { sessionKey } from "./session-key.js";

const ENTRY = ATTR.sessionId;

/**
 * Puts a session's key into the baggage, or removes it. If `wanted` is not set, an entry from a surrounding session is
 * updated, because the innermost session wins.
 */
export function withSessionBaggage(inside: Context, key: string, wanted: boolean | undefined): Context {
  const baggage = propagation.getBaggage(inside);
  const there = baggage?.getEntry(ENTRY) !== undefined;
  if (wanted === true || (wanted === undefined && there)) {
    const entries = baggage ?? propagation.createBaggage();
    return propagation.setBaggage(inside, entries.setEntry(ENTRY, { value: key }));
  }
  return there && baggage !== undefined ? propagation.setBaggage(inside, baggage.removeEntry(ENTRY)) : inside;
}

/** Headers of an incoming request: Node's object, or `Headers` of the Fetch API. */
export type Carrier = Readonly<Record<string, unknown>> | { get(name: string): string | null };

/**
 * Runs work in the session that another process started with `propagate`. It makes no span of its own, but everything
 * recorded inside carries that session's key. Without such a session, the work simply runs.
 *
 * `headers` are those of the incoming request. The registered propagator reads them, so that trace and session continue;
 * leave them out if an HTTP instrumentation has already done so. Use it only for callers you trust to name a session.
 */
export function joinSession<T>(work: () => T): T;
export function joinSession<T>(headers: Carrier, work: () => T): T;
export function joinSession<T>(...args: [Carrier, () => T] | [() => T]): T {
  const [headers, work] = args.length === 1 ? [undefined, args[0]] : args;
  if (typeof work !== "function") throw new TypeError("joinSession() takes a function as its last argument");
  return context.with(attempt(() => joined(headers)) ?? context.active(), work);
}

function joined(headers: Carrier | undefined): Context {
  const active = context.active();
  const arrived = headers === undefined ? active : propagation.extract(active, headers, GETTER);
  const key = propagation.getBaggage(arrived)?.getEntry(ENTRY)?.value;
  return key === undefined || key === ""
    ? arrived
    : withInherited({ sessionId: sessionKey("session", key) }, arrived);
}

const GETTER: TextMapGetter<Carrier> = {
  get(carrier, name) {
    const value = isHeaders(carrier) ? carrier.get(name) : carrier[name];
    return typeof value === "string" || Array.isArray(value) ? value : undefined;
  },
  keys: (carrier) => (isHeaders(carrier) ? ["traceparent", "tracestate", "baggage"] : Object.keys(carrier)),
};

function isHeaders(carrier: Carrier): carrier is { get(name: string): string | null } {
  return typeof carrier.get === "function";
}
