import { stripVTControlCharacters, styleText } from "node:util";

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Colours on a terminal, unless `NO_COLOR` is set; everywhere when `FORCE_COLOR` is. */
export function createPaint(terminal: Terminal, env: NodeJS.ProcessEnv): Paint {
  const forced = env.FORCE_COLOR != null && env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  const coloured = forced || (terminal.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb");
  // The decision above holds for every Node; newer ones would decide for themselves.
  return coloured ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

/** Characters of East Asia and pictures, which take two cells, and those that take none, near enough. */
const WIDE =
  /(?![\uff61-\uff9f])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uffe6]/u;
const UNSEEN = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Cells that a text takes. */
export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].reduce((sum, character) => sum + cellsOf(character), 0);
}

function cellsOf(character: string): number {
  if (UNSEEN.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let room = width - 1;
  for (const character of text) {
    room -= cellsOf(character);
    if (room < 0) break;
    kept += character;
  }
  return `${kept}…`;
}

/**
 * A text in one line, and without what a terminal would take for a command: names of tools and messages of errors come
 * from elsewhere.
 */
export function inOneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
}
