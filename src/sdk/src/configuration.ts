/** Receives one sentence per mistake: which option or variable is wrong, why, and what is used instead. */
export type Report = (problem: string) => void;

/** Receives each setting that is read: what is used, and under which name it was given, if it was. */
export type Note = (place: Place, used: unknown, from: string | undefined) => void;

/** Where a setting is looked up: first the option, then the variables in order. */
export interface Place {
  readonly option?: string;
  readonly value?: unknown;
  readonly variables?: readonly string[];
}

/** Limits of a configured number. */
export interface NumberLimits {
  readonly min: number;
  readonly max?: number;
  readonly integer?: boolean;
}

/** Limits of a duration: Node fires longer timers immediately. */
export const DURATION_MS = { min: 1, max: 2 ** 31 - 1 } as const satisfies NumberLimits;

/** Parses a text: the value, or what is wrong with the text, as the middle of a sentence. */
type Parse<Value> = (text: string) => { readonly value: Value } | { readonly problem: string };

const YES = ["true", "1", "yes", "on"];
const NO = ["false", "0", "no", "off"];

/**
 * Settings from options over variables over defaults. A value that cannot be used is reported by name and then treated as
 * not given; an empty text counts as not given.
 */
export class Configuration {
  readonly #variables: Readonly<Record<string, string | undefined>>;
  /** Replaced once the log that reports problems is itself configured. */
  report: Report;
  readonly note: Note;

  constructor(
    variables: Readonly<Record<string, string | undefined>>,
    report: Report,
    note: Note = () => {},
  ) {
    this.#variables = variables;
    this.report = report;
    this.note = note;
  }

  /** The first text given for a setting, with the name of its option or variable. */
  given(place: Place): { readonly name: string; readonly text: string } | undefined {
    return this.#given(place).next().value ?? undefined;
  }

  string(place: Place): string | undefined {
    const given = this.given(place);
    this.note(place, given?.text, given?.name);
    return given?.text;
  }

  boolean(place: Place, fallback: boolean): boolean {
    return this.#read<boolean>(place, fallback, (text) => {
      if (YES.includes(text.toLowerCase())) return { value: true };
      if (NO.includes(text.toLowerCase())) return { value: false };
      return { problem: "is neither true nor false" };
    });
  }

  number(place: Place, fallback: number, limits: NumberLimits): number {
    return this.#read<number>(place, fallback, (text) => {
      const value = Number(text);
      const problem = problemWith(value, limits);
      return problem == null ? { value } : { problem };
    });
  }

  choice<Choice extends string>(place: Place, choices: readonly Choice[], fallback: Choice): Choice {
    return this.#read<Choice>(place, fallback, (text) => {
      const value = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
      return value == null ? { problem: `is not one of ${choices.join(", ")}` } : { value };
    });
  }

  /** The known members of a comma-separated list; unknown ones are reported and left out. */
  choices<Choice extends string>(place: Place, choices: readonly Choice[]): Choice[] | undefined {
    const given = this.given(place);
    const chosen = given && this.#members(given, choices);
    this.note(place, chosen, chosen?.length ? given?.name : undefined);
    return chosen;
  }

  #members<Choice extends string>(
    given: { name: string; text: string },
    choices: readonly Choice[],
  ): Choice[] {
    return [...new Set(split(given.text))].flatMap((member) => {
      const known = choices.find((choice) => choice === member.toLowerCase());
      if (known != null) return [known];
      this.report(`${given.name}: "${member}" is not one of ${choices.join(", ")}; it is ignored.`);
      return [];
    });
  }

  /**
   * `key=value,key=value`, percent-encoded. One bad part invalidates all, as OpenTelemetry specifies for the attributes of
   * a resource, or only itself if the parts have nothing to do with each other.
   */
  pairs(variable: string, independent = false): Record<string, string> {
    const place = { variables: [variable] };
    const given = this.given(place);
    const pairs = this.#pairs(variable, given?.text ?? "", independent);
    this.note(place, pairs, Object.keys(pairs).length > 0 ? given?.name : undefined);
    return pairs;
  }

  #pairs(variable: string, text: string, independent: boolean): Record<string, string> {
    const pairs: Record<string, string> = {};
    for (const member of split(text)) {
      const equals = member.indexOf("=");
      const key = member.slice(0, Math.max(equals, 0)).trim();
      const value = decode(member.slice(equals + 1).trim());
      if (key !== "" && value != null) pairs[key] = value;
      // The text is not repeated: in a list of headers it may be a credential.
      else if (independent) {
        this.report(`${variable}: what is not a percent-encoded key=value pair is ignored.`);
      } else {
        this.report(`${variable} is not a list of percent-encoded key=value pairs; it is ignored.`);
        return {};
      }
    }
    return pairs;
  }

  *#given({ option, value, variables }: Place): Generator<{ name: string; text: string }> {
    const given = option == null || value == null ? "" : textOf(value).trim();
    if (option != null && given !== "") yield { name: option, text: given };
    for (const name of variables ?? []) {
      const text = this.#variables[name]?.trim();
      if (text) yield { name, text };
    }
  }

  #read<Value>(place: Place, fallback: Value, parse: Parse<Value>): Value {
    const problems: string[] = [];
    let used = fallback;
    let from: string | undefined;
    for (const { name, text } of this.#given(place)) {
      const parsed = parse(text);
      if ("value" in parsed) {
        used = parsed.value;
        from = name;
        break;
      }
      problems.push(`${name}: "${text}" ${parsed.problem}`);
    }
    for (const problem of problems) this.report(`${problem}; ${used} is used.`);
    this.note(place, used, from);
    return used;
  }
}

function split(text: string): string[] {
  return text
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "");
}

/** An object without a prototype cannot be converted to a string. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function problemWith(value: number, { min, max, integer }: NumberLimits): string | undefined {
  if (!Number.isFinite(value)) return "is not a number";
  if (integer && !Number.isInteger(value)) return "is not a whole number";
  if (value < min) return `is below ${min}`;
  if (max != null && value > max) return `is above ${max}`;
  return undefined;
}
