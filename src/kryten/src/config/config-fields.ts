import { KrytenValidationError } from "../errors.js";
import { isObject, type JsonObject } from "../json.js";

export interface NumberLimits {
  min?: number;
  max?: number;
}

/** True and false as configuration files spell them; the original accepts the same words. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...["true", "1", "yes", "y", "on", "t"].map((word) => [word, true] as const),
  ...["false", "0", "no", "n", "off", "f"].map((word) => [word, false] as const),
]);

/** One section of a configuration, read key by key; every refusal names the path of the key. */
export class Fields {
  readonly #values: JsonObject;
  readonly #path: string;

  constructor(values: unknown, path: string) {
    if (!isObject(values))
      throw new KrytenValidationError(`${path || "the configuration"} must be an object`);
    this.#values = values;
    this.#path = path;
  }

  has(key: string): boolean {
    return this.#find(key).value != null;
  }

  section(key: string): Fields {
    const { value, path } = this.#find(key);
    return new Fields(value ?? {}, path);
  }

  list(key: string): { value: unknown; path: string }[] {
    const { value, path } = this.#find(key);
    if (!Array.isArray(value) || value.length === 0) {
      throw new KrytenValidationError(`${path} must be a list with at least one entry`);
    }
    return value.map((entry, index) => ({ value: entry, path: `${path}[${index}]` }));
  }

  /** Text that must not be blank, trimmed. */
  requiredText(key: string): string {
    const { path } = this.#find(key);
    const text = this.text(key)?.trim();
    if (!text) throw new KrytenValidationError(`${path} must not be empty`);
    return text;
  }

  text(key: string): string | undefined {
    const { value, path } = this.#find(key);
    if (value == null) return undefined;
    if (typeof value !== "string") throw new KrytenValidationError(`${path} must be a string`);
    return value;
  }

  /** Text where an empty one means that there is none: a variable left empty is how a file is used without it. */
  filledText(key: string): string | undefined {
    return this.text(key) || undefined;
  }

  integer(key: string, limits: NumberLimits = {}): number | undefined {
    const { path } = this.#find(key);
    const number = this.number(key, limits);
    if (number !== undefined && !Number.isInteger(number)) {
      throw new KrytenValidationError(`${path} must be a whole number`);
    }
    return number;
  }

  number(key: string, { min = -Infinity, max = Infinity }: NumberLimits = {}): number | undefined {
    const { value, path } = this.#find(key);
    if (value == null) return undefined;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number !== "number" || !Number.isFinite(number)) {
      throw new KrytenValidationError(`${path} must be a number`);
    }
    if (number < min) throw new KrytenValidationError(`${path} must be at least ${min}`);
    if (number > max) throw new KrytenValidationError(`${path} must be at most ${max}`);
    return number;
  }

  boolean(key: string): boolean | undefined {
    const { value, path } = this.#find(key);
    if (value == null) return undefined;
    const result = typeof value === "boolean" ? value : BOOLEANS.get(String(value).trim().toLowerCase());
    if (result === undefined) throw new KrytenValidationError(`${path} must be true or false`);
    return result;
  }

  /** A key is camelCase here; the file may spell it so or in snake_case. */
  #find(key: string): { value: unknown; path: string } {
    const snake = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const spelling = this.#values[key] !== undefined ? key : snake;
    return { value: this.#values[spelling], path: this.#path ? `${this.#path}.${spelling}` : spelling };
  }
}
