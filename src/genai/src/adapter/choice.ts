import { diag } from "@opentelemetry/api";

/** A setting that is one of few words. */
export interface Choice<Word extends string> {
  readonly option: string;
  readonly variable: string;
  /** The first one is the default. */
  readonly words: readonly [Word, Word, ...Word[]];
}

/** Works out a choice: option over environment over its default. An unknown word is said through `diag`. */
export function readChoice<Word extends string>(
  { option, variable, words }: Choice<Word>,
  given: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Word {
  const [source, value] = given !== undefined ? [option, given] : [variable, env[variable] || words[0]];
  const word = String(value).trim().toLowerCase();
  const known = words.find((each) => each === word);
  if (known !== undefined) return known;
  const expected = `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  diag.warn(`${source}: unknown value ${JSON.stringify(value)}; expected ${expected}. Using ${words[0]}.`);
  return words[0];
}
