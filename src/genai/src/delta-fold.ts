import { TextBuilder } from "./text-builder.js";

/** Members that come whole in one chunk, where all other strings come in pieces. */
const WHOLE: ReadonlySet<string> = new Set([
  "role",
  "id",
  "type",
  "name",
  "index",
  "finish_reason",
  "format",
]);

interface Indexed {
  index?: number;
  id?: string | null;
}

/**
 * Puts an object together that a provider streams as deltas: strings grow, objects merge, items of lists are told
 * apart by their index.
 */
export class DeltaFold {
  readonly #whole: Record<string, unknown> = {};
  readonly #grown = new Map<string, TextBuilder | DeltaFold | DeltaList>();

  add(delta: object): void {
    for (const [key, value] of Object.entries(delta)) {
      if (value == null) continue;
      if (typeof value === "string" ? WHOLE.has(key) : typeof value !== "object") {
        // Some providers repeat an id or a role as an empty string; the first word stands.
        if (value !== "" || !(key in this.#whole)) this.#whole[key] = value;
      } else this.#grow(key, value);
    }
  }

  /** The object as far as it came. */
  value(): Record<string, unknown> {
    const value = { ...this.#whole };
    for (const [key, grown] of this.#grown)
      value[key] = grown instanceof TextBuilder ? String(grown) : grown.value();
    return value;
  }

  #grow(key: string, value: string | object): void {
    const grown = this.#grown.get(key) ?? this.#start(key, value);
    if (grown instanceof TextBuilder) grown.add(value as string);
    else grown.add(value as object & readonly Indexed[]);
  }

  #start(key: string, value: string | object): TextBuilder | DeltaFold | DeltaList {
    const fresh =
      typeof value === "string"
        ? new TextBuilder()
        : Array.isArray(value)
          ? new DeltaList()
          : new DeltaFold();
    this.#grown.set(key, fresh);
    return fresh;
  }
}

/** A list whose items grow. Some providers send whole items all at one index, or at none. */
class DeltaList {
  readonly #items: { index: number | undefined; id: string | undefined; fold: DeltaFold }[] = [];

  add(items: readonly Indexed[]): void {
    for (const item of items) {
      const target = this.#find(item) ?? this.#open(item);
      target.id ??= item.id ?? undefined;
      target.fold.add(item);
    }
  }

  value(): Record<string, unknown>[] {
    return this.#items.map(({ fold }) => fold.value());
  }

  #find({ index, id }: Indexed) {
    const known = this.#items.findLast((item) => (index === undefined ? id == null : item.index === index));
    return known === undefined || id == null || id === "" || known.id === undefined || known.id === id
      ? known
      : undefined;
  }

  #open({ index }: Indexed) {
    const item = { index, id: undefined as string | undefined, fold: new DeltaFold() };
    this.#items.push(item);
    return item;
  }
}
