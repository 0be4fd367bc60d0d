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

/** Cells that a text takes, near enough: names and numbers are nearly always one cell a character. */
export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

export function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(width - 1, 0)).join("")}…`;
}
