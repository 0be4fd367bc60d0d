import { cut } from "./scrub.js";
import { toJson, toPlain } from "./to-json.js";

/** As much as a whole event may hold. */
const MAX_CHARACTERS = 16_384;
const MAX_ITEMS = 200;

/**
 * How much text one member of an event may still hold. An event has room for 16,384 units, and reading more would only block
 * the event loop.
 */
export class Allowance {
  #left = MAX_CHARACTERS;

  /** A value in a form that JSON can hold, cut to the remaining room; `undefined` if there is none left. */
  plain(value: unknown): unknown {
    if (value == null) return undefined;
    if (typeof value === "string") return this.#text(value);
    if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
    if (Array.isArray(value)) return this.#items(value);
    return typeof value === "boolean" ? value : this.plain(readOdd(value));
  }

  #text(text: string): string | undefined {
    if (this.#left <= 0 && text !== "") return undefined;
    const fitting = cut(text, this.#left);
    this.#left -= fitting.length;
    return fitting;
  }

  #items(values: readonly unknown[]): unknown[] {
    return values.slice(0, MAX_ITEMS).map((value) => this.plain(value) ?? null);
  }
}

/** Values that only spans of other SDKs contain, which let anything through: converted to text, so that they count as text. */
function readOdd(value: unknown): string | undefined {
  return typeof value === "bigint" ? String(value) : toJson(toPlain(value)) || undefined;
}
