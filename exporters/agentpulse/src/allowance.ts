import { cut } from "./scrub.js";
import { toJson, toPlain } from "./to-json.js";

/** As much as a whole event may hold. */
const MAX_CHARACTERS = 16_384;
const MAX_ITEMS = 200;

/**
 * How much text one member of an event may still take. An event holds 16,384 units, and looking at more would only
 * hold the event loop up.
 */
export class Allowance {
  #left = MAX_CHARACTERS;

  /** A value as JSON can hold it, cut to what is left; `undefined` for what cannot be told any more. */
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

/** What only a foreign span holds, whose SDK lets anything through: as text, so that it counts as one. */
function readOdd(value: unknown): string | undefined {
  return typeof value === "bigint" ? String(value) : toJson(toPlain(value)) || undefined;
}
