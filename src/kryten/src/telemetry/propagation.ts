import {
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from "@opentelemetry/api";
import { headers as createHeaders, type MsgHdrs } from "nats";

const setter: TextMapSetter<MsgHdrs> = {
  set: (headers, key, value) => {
    // What the application put there itself stays.
    if (findKey(headers, key) === undefined) headers.set(key, value);
  },
};

const getter: TextMapGetter<MsgHdrs> = {
  keys: (headers) => headers.keys(),
  get: (headers, key) => {
    const found = findKey(headers, key);
    return found === undefined ? undefined : headers.get(found);
  },
};

function findKey(headers: MsgHdrs, key: string): string | undefined {
  const wanted = key.toLowerCase();
  return headers.keys().find((candidate) => candidate.toLowerCase() === wanted);
}

/** The given headers with the trace context added; the given ones are not changed. */
export function injectContext(
  context: Context,
  given: MsgHdrs | undefined,
  propagator: TextMapPropagator | undefined,
): MsgHdrs | undefined {
  const carrier = createHeaders();
  for (const [key, values] of given ?? []) for (const value of values) carrier.append(key, value);
  if (propagator) propagator.inject(context, carrier, setter);
  else propagation.inject(context, carrier, setter);
  return carrier.keys().length === 0 ? undefined : carrier;
}

/** The context that the sender put into the headers, on top of `base`. */
export function extractContext(
  base: Context,
  headers: MsgHdrs | undefined,
  propagator: TextMapPropagator | undefined,
): Context {
  if (!headers) return base;
  return propagator ? propagator.extract(base, headers, getter) : propagation.extract(base, headers, getter);
}

/** Bytes the headers add to a message; `nats` counts them towards the server's limit. */
export function headerBytes(headers: MsgHdrs): number {
  return (headers as MsgHdrs & { encode(): Uint8Array }).encode().length;
}
