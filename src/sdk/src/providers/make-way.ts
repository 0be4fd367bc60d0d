import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where every copy of `@opentelemetry/api` 1.x, whatever its version and module format, keeps its globals. */
const REGISTRY = Symbol.for("opentelemetry.js.api.1");

/** Signals that can be registered there. */
export type Signal = "trace" | "metrics" | "context" | "propagation";

type Registry = { version: string } & Partial<Record<Signal, unknown>>;

/**
 * Gives way to whatever the application registers after us. The API refuses a second registration, and any registration from
 * a copy of another version, so the application's own set-up would silently have no effect.
 *
 * Other copies cannot be found in advance, but each assigns the registry back to the global object when it registers, and
 * only then. From that moment on the registry claims to be empty, and to have the caller's version.
 * Returns a function that stops this.
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
    // Whoever registers reads first the signal and then the version, and nothing after that.
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
    // A signal that was disabled in the meantime stays disabled.
    if (!this.#yielding.delete(signal) || !(signal in this.#registry)) return;
    define(this.#registry, signal, { value, writable: true });
  }
}

function define(target: object, key: PropertyKey, property: PropertyDescriptor): void {
  Object.defineProperty(target, key, { ...property, configurable: true, enumerable: true });
}

/** A line of a stack trace, with or without a function name. The path may contain spaces and brackets. */
const API_FRAME = /^ +at (?:.*? \()?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*[\\/]@opentelemetry[\\/]api[\\/])/m;

/** The version of the API copy that is on the stack; unknown for a bundled one. */
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

/** An older copy is refused, as it would be without us: claiming its version would lock out newer copies. */
function newer(known: string, other: string | undefined): string {
  if (other === undefined) return known;
  // The major version is the same: it is a part of the registry's name.
  return minorOf(other) > minorOf(known) ? other : known;
}

function minorOf(version: string): number {
  return Number(version.split(".")[1]);
}
