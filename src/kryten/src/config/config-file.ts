import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { KrytenValidationError, readCode } from "../errors.js";
import { isObject, type JsonObject } from "../json.js";

export interface ConfigFileOptions {
  /** Refuse a file that names an environment variable which is not set. @default false */
  strict?: boolean;
  /** Where `${NAME}` is looked up. @default process.env */
  env?: Readonly<Record<string, string | undefined>>;
  /** Told once per variable that is not set. @default console.warn */
  warn?: (message: string) => void;
}

const PLACEHOLDER = /\$?\$\{([^}]+)\}/g;
/** A name with one of these cannot be a variable; the braces around it are the document's own. */
const STRUCTURAL = /["'\\\r\n]/;

export function readJsonConfig(path: string, options: ConfigFileOptions): unknown {
  return readConfig(path, options, "JSON", (text) => JSON.parse(text), quoteOutsideStrings);
}

export function readYamlConfig(path: string, options: ConfigFileOptions): unknown {
  const parse = loadYaml();
  return readConfig(path, options, "YAML", parse, (_before, mark) => mark);
}

function loadYaml(): (text: string) => unknown {
  try {
    return (createRequire(import.meta.url)("yaml") as typeof import("yaml")).parse;
  } catch (cause) {
    throw new KrytenValidationError("reading YAML needs the package `yaml`: npm install yaml", { cause });
  }
}

/**
 * Values enter after parsing: in the text only alphanumeric marks stand for them, so that no quote, colon or
 * line break in a value can change what the document says.
 */
function readConfig(
  path: string,
  options: ConfigFileOptions,
  format: string,
  parse: (text: string) => unknown,
  place: (before: string, mark: string) => string,
): unknown {
  const marks = new Marks(options.env ?? process.env);
  const text = readText(path);
  const marked = text.replace(PLACEHOLDER, (whole, name: string, at: number) => {
    const mark = marks.add(whole, name);
    return mark === undefined ? whole : place(text.slice(0, at), mark);
  });
  let document: unknown;
  try {
    document = parse(marked);
  } catch (cause) {
    throw new KrytenValidationError(`${path} is not valid ${format}`, { cause: withoutText(cause) });
  }
  const resolved = marks.resolve(document);
  for (const name of marks.missing) {
    if (options.strict) throw new KrytenValidationError(`${path} needs the environment variable ${name}`);
    (options.warn ?? console.warn)(
      `kryten: ${path} names the environment variable ${name}, which is not set`,
    );
  }
  return resolved;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new KrytenValidationError(`cannot read the configuration ${path}`, {
      cause,
      code: readCode(cause),
    });
  }
}

/** Parser errors quote the document, passwords included. */
function withoutText(error: unknown): Error {
  const place = (error as { linePos?: { line: number }[] }).linePos?.[0];
  return new Error(place ? `syntax error in line ${place.line}` : "syntax error");
}

class Marks {
  readonly missing = new Set<string>();
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #prefix = `KRYTEN${randomBytes(8).toString("hex")}X`;
  readonly #entries: { literal: string; name: string | undefined }[] = [];

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  add(whole: string, name: string): string | undefined {
    if (this.#env[name] === undefined && STRUCTURAL.test(name)) return undefined;
    const escaped = whole.startsWith("$$");
    this.#entries.push({ literal: `\${${name}}`, name: escaped ? undefined : name });
    return `${this.#prefix}${this.#entries.length - 1}X`;
  }

  resolve(value: unknown): unknown {
    if (typeof value === "string") return this.#fill(value);
    if (Array.isArray(value)) return value.map((entry) => this.resolve(entry));
    if (!isObject(value)) return value;
    const result: JsonObject = {};
    for (const [key, entry] of Object.entries(value)) result[this.#fill(key)] = this.resolve(entry);
    return result;
  }

  #fill(text: string): string {
    return text.replace(new RegExp(`${this.#prefix}(\\d+)X`, "g"), (_mark, index: string) => {
      const { literal, name } = this.#entries[Number(index)]!;
      if (name === undefined) return literal;
      const value = this.#env[name];
      if (value === undefined) this.missing.add(name);
      return value ?? literal;
    });
  }
}

/** `"ping_interval": ${PI}` without quotes is no JSON: the mark brings its own quotes there. */
function quoteOutsideStrings(before: string, mark: string): string {
  const quotes = before.replace(/\\./gs, "").split('"').length - 1;
  return quotes % 2 === 1 ? mark : `"${mark}"`;
}
