import { invalid } from "../errors.js";
import { isPlainObject } from "../model/checks.js";

/** Reads the fields of one foreign object and names the path of the one that is wrong. */
export class FieldReader {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    if (!isPlainObject(value)) throw invalid(path || "message", "must be an object");
    this.#values = value;
    this.#path = path;
  }

  string(key: string): string {
    const value = this.#values[key];
    if (typeof value !== "string") throw invalid(this.#at(key), "must be a string");
    return value;
  }

  optionalString(key: string): string | undefined {
    return this.#values[key] == null ? undefined : this.string(key);
  }

  seconds(key: string): number {
    const value = this.#values[key];
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
      throw invalid(this.#at(key), "must be a whole number of seconds");
    }
    return value;
  }

  boolean(key: string): boolean {
    const value = this.#values[key];
    if (typeof value !== "boolean") throw invalid(this.#at(key), "must be a boolean");
    return value;
  }

  /** One of the listed strings; `fallback` stands in for an absent one. */
  oneOf<Value extends string>(
    key: string,
    allowed: Readonly<Record<string, Value>>,
    fallback?: Value,
  ): Value {
    const value = this.#values[key] ?? fallback;
    const values = Object.values(allowed);
    if (!values.includes(value as Value)) throw invalid(this.#at(key), `must be one of ${values.join(", ")}`);
    return value as Value;
  }

  object(key: string): FieldReader {
    return new FieldReader(this.#values[key], this.#at(key));
  }

  optionalObject(key: string): FieldReader | undefined {
    return this.#values[key] == null ? undefined : this.object(key);
  }

  objects(key: string): FieldReader[] {
    return this.#array(key).map((item, index) => new FieldReader(item, `${this.#at(key)}[${index}]`));
  }

  strings(key: string): string[] {
    return this.#array(key).map((item, index) => {
      if (typeof item !== "string") throw invalid(`${this.#at(key)}[${index}]`, "must be a string");
      return item;
    });
  }

  /** Whatever is there, undefined when nothing is. */
  any(key: string): unknown {
    return this.#values[key];
  }

  /** The object itself, as it came. */
  all(): Readonly<Record<string, unknown>> {
    return this.#values;
  }

  #array(key: string): unknown[] {
    const value = this.#values[key];
    if (!Array.isArray(value)) throw invalid(this.#at(key), "must be an array");
    return value;
  }

  #at(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }
}
