import { truncate } from "./truncate.js";

const MAX_DEPTH = 64;
/** Most values of one piece of content: objects that name each other can be followed on endless ways. */
const MAX_VALUES = 100_000;
/** Most values of data that is written without being copied first. */
const FEW_VALUES = 1_000;

/** Copies data as JSON would show it, within limits. */
export class PlainCopies {
  /** Characters cut so far, and values left out. */
  cut = 0;
  readonly #maxLength: number;
  readonly #above = new Set<object>();
  #left = MAX_VALUES;

  /** @param maxLength of each string */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  copy(value: unknown): unknown {
    this.#left = MAX_VALUES;
    return this.#copy(value);
  }

  text(text: string): string {
    if (text.length <= this.#maxLength) return text;
    const kept = truncate(text, this.#maxLength);
    const lost = text.length - kept.length;
    this.cut += lost;
    return `${kept}… [${lost} characters cut]`;
  }

  #copy(value: unknown): unknown {
    this.#left -= 1;
    if (typeof value === "string") return this.text(value);
    if (typeof value === "bigint") return value.toString();
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    if (typeof value === "boolean" || value == null) return value;
    if (typeof value !== "object") return undefined;
    if (this.#above.has(value) || this.#above.size >= MAX_DEPTH) return "[circular or too deep]";
    this.#above.add(value);
    try {
      return this.#copyObject(value);
    } catch {
      return "[unreadable]";
    } finally {
      this.#above.delete(value);
    }
  }

  #copyObject(value: object): unknown {
    if (isBytes(value)) return `[${value.byteLength} bytes]`;
    if (Array.isArray(value)) return Array.from(this.#room(value), (item) => this.#copy(item) ?? null);
    const { toJSON } = value as { toJSON?: () => unknown };
    if (typeof toJSON === "function") return this.#copy(toJSON.call(value));
    const copy: Record<string, unknown> = {};
    for (const key of this.#room(Object.keys(value))) {
      const member = this.#copy(value[key as keyof typeof value]);
      if (member !== undefined) copy[key] = member;
    }
    return copy;
  }

  /** As many items as there is room for; a list with holes may say that it has billions. */
  *#room<Item>(items: readonly Item[]): Generator<Item> {
    for (let index = 0; index < items.length; index += 1) {
      if (this.#left <= 0) {
        this.cut += items.length - index;
        return;
      }
      yield items[index] as Item;
    }
  }
}

/** Whether `JSON.stringify` makes short work of foreign data: it would write bytes one by one, and shared objects each time. */
export function isLight(data: unknown): boolean {
  let left = FEW_VALUES;
  const visit = (value: unknown): boolean => {
    if (typeof value !== "object" || value === null) return true;
    if (isBytes(value) || typeof (value as { toJSON?: unknown }).toJSON === "function") return false;
    for (const key in value) {
      left -= 1;
      if (left < 0 || !visit(value[key as keyof typeof value])) return false;
    }
    return true;
  };
  try {
    return visit(data);
  } catch {
    return false;
  }
}

function isBytes(value: object): value is ArrayBufferView | ArrayBuffer {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}
