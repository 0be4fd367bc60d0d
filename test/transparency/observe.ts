import { within } from "./ticks.js";

/** What the application sees, as JSON: values, classes, own keys, errors with the head of their stack. */
export type Seen = string | number | boolean | null | Seen[] | { [key: string]: Seen };

/** Describes anything an SDK hands out. Two descriptions are equal when an application could not tell the two apart. */
export function describe(value: unknown, path: readonly unknown[] = []): Seen {
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "string") return steady(value);
  if (typeof value === "function") return { "[function]": describeFunction(value) };
  if (typeof value !== "object") return `[${typeof value} ${String(value)}]`;
  if (path.includes(value)) return `[circle ${path.length - path.indexOf(value)}]`;
  const inner = [...path, value];
  if (value instanceof Error) return describeError(value, inner);
  if (Array.isArray(value)) return value.map((item) => describe(item, inner));
  if (value instanceof Headers) return { "[headers]": steadyEntries(value) };
  if (isResponse(value)) return describeResponse(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[bytes ${hash(value)}]`;
  const plain = Object.getPrototypeOf(value) === Object.prototype;
  return { ...(plain ? {} : { "[class]": lineage(value) }), ...describeOwn(value, inner) };
}

/** The shape of an object that is no data: classes up the chain, own keys with their visibility, its tag. */
export function shape(value: unknown): Seen {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return describe(value);
  return {
    lineage: lineage(value),
    tag: Object.prototype.toString.call(value),
    own: ownKeys(value).map((key) => {
      const enumerable = Object.getOwnPropertyDescriptor(value, key)?.enumerable === true;
      return `${String(key)}${enumerable ? "" : " (hidden)"}`;
    }),
    extensible: Object.isExtensible(value),
  };
}

/** Own keys without what Node itself hangs on promises while async hooks are in use, by anybody. */
function ownKeys(value: object): PropertyKey[] {
  const bookkeeping = ["async_id_symbol", "trigger_async_id_symbol", "kResourceStore"];
  return Reflect.ownKeys(value).filter(
    (key) => typeof key === "string" || !bookkeeping.includes(key.description ?? ""),
  );
}

/** Names of the classes from the value's own up to Object. */
export function lineage(value: object): string[] {
  const names: string[] = [];
  for (let proto = Object.getPrototypeOf(value); proto !== null; proto = Object.getPrototypeOf(proto)) {
    names.push(typeof proto.constructor === "function" ? proto.constructor.name : "?");
  }
  return names;
}

/** How a promise ended, described. */
export async function settled(promise: PromiseLike<unknown>): Promise<Seen> {
  try {
    return { fulfilled: describe(await promise) };
  } catch (error) {
    return { rejected: describe(error) };
  }
}

/** How a promise ended, or that it did not within a while: some SDKs leave the application waiting for ever. */
export async function settledSoon(promise: PromiseLike<unknown>, ms = 400): Promise<Seen> {
  let isSettled = false;
  const waiting = within(ms, () => isSettled, { ref: false }).then(() => "[still waiting]");
  const seen = await Promise.race([settled(promise), waiting]);
  isSettled = true;
  return seen;
}

/** Every piece of a stream, described; `each` is called after every one with their number. */
export async function readAll(
  stream: AsyncIterable<unknown>,
  each?: (count: number) => unknown,
): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const part of stream) {
    seen.push(describe(part));
    each?.(seen.length);
  }
  return seen;
}

/** The pieces that came before a stream ended, and how it ended. */
export async function readSome(stream: AsyncIterable<unknown>): Promise<Seen> {
  const seen: Seen[] = [];
  const read = async () => {
    for await (const part of stream) seen.push(describe(part));
  };
  return { seen, end: await settled(read()) };
}

/** What a call did before it returned: gave something back or threw at once. */
export async function attempt(call: () => unknown): Promise<Seen> {
  let given: unknown;
  try {
    given = call();
  } catch (error) {
    return { threw: describe(error) };
  }
  return { returned: given instanceof Promise ? shape(given) : typeof given, ...(await asRecord(given)) };
}

async function asRecord(given: unknown): Promise<{ [key: string]: Seen }> {
  if (!(given instanceof Promise)) return { value: describe(given) };
  return { settled: await settled(given) };
}

/** Members of errors and headers that differ between two runs of the same program. */
const VOLATILE_KEYS = new Set(["date", "port", "localPort", "remotePort", "bytesRead", "bytesWritten"]);

export function describeFunction(value: object): Seen {
  const { name, length } = value as () => unknown;
  return {
    name,
    length,
    own: Reflect.ownKeys(value).map(String).sort(),
  };
}

function describeError(error: Error, path: readonly unknown[]): Seen {
  const { stack: _stack, message, cause, ...rest } = ownOf(error);
  return {
    "[class]": lineage(error),
    name: error.name,
    message: steady(error.message),
    text: steady(String(error)),
    stack: stackHead(error),
    ...(cause === undefined ? {} : { cause: describe(cause, path) }),
    ...Object.fromEntries(
      Object.entries(rest)
        .filter(([key]) => !VOLATILE_KEYS.has(key))
        .map(([key, value]) => [key, describe(value, path)]),
    ),
  };
}

const NOT_OURS_TO_COMPARE =
  /node:|processTicksAndRejections|<anonymous>|\/(?:src|instrumentations)\/[a-z]+\/dist\//;

/**
 * The first frames of a stack by function and file. Left out: the runtime's own, and the frames of the
 * instrumentation, which a synchronous throw cannot be without.
 */
function stackHead(error: Error, frames = 2): string[] {
  const lines = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return lines
    .filter((line) => !NOT_OURS_TO_COMPARE.test(line))
    .slice(0, frames)
    .map((line) =>
      line
        .trim()
        .replace(/(?:file:\/\/)?\/[^\s)]*\/([^/\s):]+):\d+:\d+/, "$1")
        .replace(/ \[as \w+\]/, ""),
    );
}

function ownOf(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.getOwnPropertyNames(value).map((key) => [key, (value as Record<string, unknown>)[key]]),
  );
}

function describeOwn(value: object, path: readonly unknown[]): { [key: string]: Seen } {
  const seen: { [key: string]: Seen } = {};
  for (const key of ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    const name = `${String(key)}${descriptor?.enumerable ? "" : " (hidden)"}`;
    if (VOLATILE_KEYS.has(String(key))) continue;
    seen[name] = descriptor?.get ? "[getter]" : describe(descriptor?.value, path);
  }
  return seen;
}

// The fetch of old SDKs is node-fetch: its Response is no instance of the global class.
function isResponse(value: object): value is Response {
  return "bodyUsed" in value && "status" in value && "headers" in value;
}

function describeResponse(response: Response): Seen {
  return {
    "[response]": lineage(response),
    status: response.status,
    ok: response.ok,
    url: steady(response.url),
    bodyUsed: response.bodyUsed,
    headers: steadyEntries(response.headers),
  };
}

function steadyEntries(headers: Iterable<[string, string]>): Seen {
  return [...headers].filter(([name]) => name !== "date").map(([name, value]) => `${name}: ${steady(value)}`);
}

/** Takes out what differs between two runs of the same program: ports, and paths of the checkout. */
function steady(value: string): string {
  return value.replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT").replace(/retry-[0-9a-f-]{36}/g, "retry-ID");
}

function hash(value: string | ArrayBuffer | ArrayBufferView): string {
  const bytes =
    typeof value === "string"
      ? new TextEncoder().encode(value)
      : new Uint8Array(
          value instanceof ArrayBuffer
            ? value
            : value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength),
        );
  let sum = 2166136261;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 16777619) >>> 0;
  return `${bytes.length}:${sum.toString(16)}`;
}
