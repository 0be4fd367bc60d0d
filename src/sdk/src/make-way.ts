import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where every copy of `@opentelemetry/api` 1.x, of whatever version and module format, keeps what is global. */
const REGISTRY = Symbol.for("opentelemetry.js.api.1");

/** What can be registered there. */
export type Signal = "trace" | "metrics" | "context" | "propagation";

type Registry = { version: string } & Partial<Record<Signal, unknown>>;

/**
 * Makes way for what the application registers after us: the API refuses a second registration, and refuses any
 * from a copy of another version, so the application's own setup would be dead without a word.
 *
 * Copies cannot be found beforehand, but each assigns the registry back to the global object when it registers, and
 * only then. From that moment the registry says that nothing is there yet, and that its version is the caller's.
 * Returns a function that ends the watch.
 */
export function makeWay(
  signals: readonly Signal[],
  onTaken: (signal: Signal, instance: unknown) => void,
): () => void {
  const registry = (globalThis as { [REGISTRY]?: Registry })[REGISTRY];
  if (registry === undefined) return () => {};
  const watch = new Watch(registry);
  for (const signal of signals) watch.yield(signal, onTaken);
  return () => watch.stop();
}

class Watch {
  readonly #registry: Registry;
  readonly #yielding = new Set<Signal>();
  #version: string;
  #registering = false;

  constructor({ version, ...entries }: Registry) {
    this.#version = version;
    // A copy, because 1.10 makes a version that cannot be redefined.
    this.#registry = entries as Registry;
    // Whoever registers looks at the signal first and then at the version, and is done with looking.
    define(this.#registry, "version", {
      get: () => {
        this.#registering = false;
        return this.#version;
      },
    });
    define(globalThis, REGISTRY, { get: () => this.#registry, set: () => this.#begin() });
  }

  yield(signal: Signal, onTaken: (signal: Signal, instance: unknown) => void): void {
    const ours = this.#registry[signal];
    if (ours === undefined) return;
    this.#yielding.add(signal);
    define(this.#registry, signal, {
      get: () => (this.#registering ? undefined : ours),
      set: (instance: unknown) => {
        this.#settle(signal, instance);
        onTaken(signal, instance);
      },
    });
  }

  stop(): void {
    this.#registering = false;
    for (const signal of this.#yielding) this.#settle(signal, this.#registry[signal]);
    define(this.#registry, "version", { value: this.#version, writable: true });
    define(globalThis, REGISTRY, { value: this.#registry, writable: true });
  }

  #begin(): void {
    this.#registering = true;
    this.#version = newer(this.#version, versionOfCaller());
    queueMicrotask(() => {
      this.#registering = false;
    });
  }

  #settle(signal: Signal, value: unknown): void {
    // A signal that was disabled meanwhile is gone and stays so.
    if (!this.#yielding.delete(signal) || !(signal in this.#registry)) return;
    define(this.#registry, signal, { value, writable: true });
  }
}

function define(target: object, key: PropertyKey, property: PropertyDescriptor): void {
  Object.defineProperty(target, key, { ...property, configurable: true, enumerable: true });
}

/** A line of a stack, with or without the name of a function. The path may hold blanks and brackets of its own. */
const API_FRAME = /^ +at (?:.*? \()?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*[\\/]@opentelemetry[\\/]api[\\/])/m;

/** The version of the copy of the API that is on the stack; a bundled one cannot be told. */
function versionOfCaller(): string | undefined {
  const folder = API_FRAME.exec(new Error().stack ?? "")?.[1];
  if (folder === undefined) return undefined;
  try {
    const path = folder.startsWith("file:") ? fileURLToPath(folder) : folder;
    return (JSON.parse(readFileSync(`${path}package.json`, "utf8")) as { version?: string }).version;
  } catch {
    return undefined;
  }
}

/** An older copy is refused as it would be without us: claiming its version would shut out the newer ones. */
function newer(known: string, other: string | undefined): string {
  const minor = (version: string) => version.split(".").map(Number) as [number, number?, number?];
  if (other === undefined) return known;
  const [[, a = 0, b = 0], [, c = 0, d = 0]] = [minor(known), minor(other)];
  return c > a || (c === a && d > b) ? other : known;
}
