// Each reader uses the option, else the variable, else the default. An invalid option throws an error that says what to
// write instead; an invalid variable counts as not set, and so does an empty text.

const YES = ["1", "true", "yes", "on"];
const NO = ["0", "false", "no", "off"];

export function readBoolean(
  name: string,
  option: unknown,
  variable: string | undefined,
  fallback: boolean,
): boolean {
  if (typeof option === "boolean") return option;
  if (option != null) throw new TypeError(`${name}: got ${describe(option)}; give true or false.`);
  const text = variable?.trim().toLowerCase() ?? "";
  if (YES.includes(text)) return true;
  return NO.includes(text) ? false : fallback;
}

export function readTextOption(
  name: string,
  option: unknown,
  variable: string | undefined,
): string | undefined {
  if (option != null && typeof option !== "string") {
    throw new TypeError(`${name}: got ${describe(option)}; give a text.`);
  }
  return option?.trim() || variable?.trim() || undefined;
}

export interface NumberLimits {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
  /** Whether `min` itself is excluded. */
  readonly above?: boolean;
  readonly unit?: string;
}

export function readNumber(name: string, option: unknown, fallback: number, limits: NumberLimits): number {
  if (option == null) return fallback;
  const { min, max, whole, above, unit } = limits;
  const wanted = `a ${whole ? "whole " : ""}number${unit ? ` of ${unit}` : ""}`;
  if (typeof option !== "number") {
    throw new TypeError(`${name}: got ${describe(option)}; give ${wanted}, such as ${fallback}.`);
  }
  const fits =
    option <= max && (above ? option > min : option >= min) && (!whole || Number.isInteger(option));
  if (fits) return option;
  const range = `${above ? "above" : "from"} ${min} ${above ? "and up " : ""}to ${max}`;
  throw new RangeError(`${name}: got ${option}; give ${wanted} ${range}, such as ${fallback}.`);
}

/** The first choice is the default. */
export function readChoice<Choice extends string>(
  name: string,
  option: unknown,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  if (option == null || option === "") return choices[0];
  const choice = choices.find((each) => each === option);
  if (choice !== undefined) return choice;
  throw new TypeError(`${name}: got ${describe(option)}; give one of ${choices.join(", ")}.`);
}

/** The given value, short enough for a message. */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
