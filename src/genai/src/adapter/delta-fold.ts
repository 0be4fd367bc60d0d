import { TextBuilder } from "./text-builder.js";

/** Members that arrive whole in one chunk; all other strings arrive in pieces. */
const WHOLE: ReadonlySet<string> = new Set([
  "role",
  "id",
  "type",
  "name",
  "index",
  "finish_reason",
  "format",
]);

/** Lists whose items arrive whole and have no index. */
const LISTS_OF_WHOLE: ReadonlySet<string> = new Set(["annotations", "citations"]);

/** Parts of an answer that arrive whole and have no index: each is one more, whatever its type. */
const WHOLE_PARTS: ReadonlySet<unknown> = new Set([
  "image_url",
  "document_url",
  "file",
  "reference",
  "tool_file",
  "tool_reference",
]);

interface Indexed {
  index?: number;
  id?: string | null;
  type?: string | null;
}

/**
 * Assembles an object that a provider streams as deltas: strings are appended, objects merged, and list items matched by
 * their index.
 */
export class DeltaFold {
  readonly #whole: Record<string, unknown> = {};
  readonly #grown = new Map<string, TextBuilder | DeltaFold | DeltaList>();

  add(delta: object): void {
    // Not `Object.entries`: its arrays would cost more per chunk than everything else here.
    for (const key in delta) {
      const value: unknown = delta[key as keyof typeof delta];
      if (value == null) continue;
      if (typeof value === "string" ? WHOLE.has(key) : typeof value !== "object") {
        // Some providers repeat an id or a role as an empty string; the first value stays.
        if (value !== "" || !(key in this.#whole)) this.#whole[key] = value;
      } else this.#grow(key, value);
    }
  }

  /** The object as far as it has arrived. */
  value(): Record<string, unknown> {
    const value = { ...this.#whole };
    for (const [key, grown] of this.#grown)
      value[key] = grown instanceof TextBuilder ? String(grown) : grown.value();
    return value;
  }

  #grow(key: string, value: string | object): void {
    const before = this.#grown.get(key);
    const grown = before === undefined || isOutgrown(before, value) ? this.#start(key, value) : before;
    if (before instanceof TextBuilder && grown instanceof DeltaList) grown.add(toItems(String(before)));
    if (grown instanceof TextBuilder) grown.add(value as string);
    else if (grown instanceof DeltaList) grown.add(toItems(value));
    else if (typeof value === "object") grown.add(value);
  }

  #start(key: string, value: string | object): TextBuilder | DeltaFold | DeltaList {
    const fresh =
      typeof value === "string"
        ? new TextBuilder()
        : Array.isArray(value)
          ? new DeltaList(LISTS_OF_WHOLE.has(key))
          : new DeltaFold();
    this.#grown.set(key, fresh);
    return fresh;
  }
}

/** Content may begin as a string and continue as a list of parts (Mistral's thinking models), or the other way round. */
function isOutgrown(grown: TextBuilder | DeltaFold | DeltaList, value: string | object): boolean {
  return grown instanceof TextBuilder && typeof value === "object";
}

function toItems(value: string | object): readonly Indexed[] {
  if (typeof value === "object") return Array.isArray(value) ? value : [value];
  return value === "" ? [] : [{ type: "text", text: value } as Indexed];
}

interface GrowingItem {
  readonly index: number | undefined;
  id: string | undefined;
  readonly type: string | undefined;
  readonly fold: DeltaFold;
}

/** A list whose items grow. Some providers send whole items all at one index, or at none. */
class DeltaList {
  readonly #items: GrowingItem[] = [];
  /** Texts and numbers, which do not grow. */
  readonly #values: unknown[] = [];
  readonly #whole: boolean;

  constructor(whole: boolean) {
    this.#whole = whole;
  }

  add(items: readonly (Indexed | null)[]): void {
    for (const item of items) {
      if (typeof item !== "object" || item === null) {
        if (item != null) this.#values.push(item);
        continue;
      }
      const target = (this.#whole ? undefined : this.#find(item)) ?? this.#open(item);
      target.id ??= item.id || undefined;
      target.fold.add(item);
    }
  }

  /** By their index, which need not be the order in which they began. */
  value(): unknown[] {
    const ordered = this.#items.toSorted((one, other) => (one.index ?? 0) - (other.index ?? 0));
    return [...ordered.map(({ fold }) => fold.value()), ...this.#values];
  }

  #find({ index, id, type }: Indexed): GrowingItem | undefined {
    if (index === undefined) {
      if (id) return this.#items.findLast((item) => item.id === id);
      if (WHOLE_PARTS.has(type)) return undefined;
      const last = this.#items.at(-1);
      return type == null || last?.type === type ? last : undefined;
    }
    const known = this.#items.findLast((item) => item.index === index);
    return !id || known?.id === undefined || known.id === id ? known : undefined;
  }

  #open({ index, type }: Indexed): GrowingItem {
    const item: GrowingItem = { index, id: undefined, type: type ?? undefined, fold: new DeltaFold() };
    this.#items.push(item);
    return item;
  }
}
