import { ExecutionError, invalidState } from "../errors.js";

/** What only a shell understands: operators, expansions, quotes, escapes, comments, and a leading assignment. */
const NEEDS_SHELL = /[|><;&$`(){}*?[\]'"\\\n~#]|^\s*[A-Za-z_][A-Za-z0-9_]*=/;

/** What a shell splits on; a no-break space is part of a word. */
const BLANKS = /[ \t\r]+/;

/** A command as the server gets it. */
export interface Command {
  readonly args: readonly string[];
  /** A string went to `/bin/sh -c`. */
  readonly shell: boolean;
}

/**
 * An array is taken as it is. A string without shell syntax is split on blanks, any other goes to `/bin/sh -c`.
 * @throws ExecutionError (`INVALID_STATE`) for an empty command or one with a NUL in it.
 */
export function toCommand(cmd: string | readonly string[]): Command {
  if (typeof cmd !== "string" && !Array.isArray(cmd)) {
    throw invalidState("the command must be a string, or an array of strings");
  }
  const command = typeof cmd === "string" ? fromString(cmd) : { args: [...cmd], shell: false };
  if (command.args.length === 0 || command.args[0] === "") throw invalidState("the command is empty");
  if (command.args.some((arg) => typeof arg !== "string" || arg.includes("\0"))) {
    throw invalidState("the command holds something other than text without NUL characters");
  }
  return command;
}

function fromString(cmd: string): Command {
  if (cmd.trim() === "") return { args: [], shell: false };
  if (NEEDS_SHELL.test(cmd)) return { args: ["/bin/sh", "-c", cmd], shell: true };
  return { args: cmd.split(BLANKS).filter(Boolean), shell: false };
}

const NAME = /^[^=\0]+$/;

/** @throws ExecutionError for names and values that an environment cannot hold. */
export function checkEnv(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (NAME.test(name) && typeof value === "string" && !value.includes("\0")) continue;
    throw new ExecutionError(
      `"${name.replaceAll("\0", "\\0")}" or its value cannot be put into an environment`,
      {
        errorCode: "INVALID_STATE",
      },
    );
  }
}
