import type { Context } from "@opentelemetry/api";
import { checkText, invalidArgument } from "../arguments.js";
import type { Config } from "../config.js";
import { invalidState } from "../errors.js";
import type { ExecFacts } from "../telemetry/exec-span.js";
import { propagationEnv } from "../telemetry/tracing.js";
import { checkEnv, toCommand } from "./argv.js";
import { attachUrl, execUrl } from "./exec-url.js";

/** How a command runs, and what is kept of it. */
export interface ExecOptions {
  /** Working directory. @default the sandbox's home */
  cwd?: string;
  /**
   * Environment of the command. It **replaces** the environment of the sandbox: nothing is inherited. Only a missing
   * `PATH` is filled in with the usual one (`PATH: ""` = none at all), and, with `tty`, a missing `TERM`.
   */
  env?: Readonly<Record<string, string>>;
  /** Run in a pseudo terminal: one merged `output`, CRLF, echo, Ctrl-C as data. @default false */
  tty?: boolean;
  /** Size of the terminal, with `tty` only. @default 80 by 24 */
  initialWindowSize?: readonly [cols: number, rows: number];
  /**
   * Keep all output for `stdout`, `stderr` and `output`; false keeps only what was not read yet.
   * @default true, until output is consumed as a stream (iteration, `lines`, `readable`, `readableWeb`): of that only
   * the last megabyte is kept, so that its size does not matter
   */
  collect?: boolean;
  /** Bytes of output at which the command is killed, with an ExecutionError. @default no limit */
  maxBuffer?: number;
  /** How long the command runs on when the connection is lost, such as `10s`, `5m`, `0`. @default the server's */
  maxRunAfterDisconnect?: string;
  /** Kill the command when a time limit or an AbortSignal ends the wait for it; false leaves it running. @default true */
  killOnTimeout?: boolean;
  /** Hand the trace context to this command. @default the client's `propagateContext` */
  propagateContext?: boolean;
  /** @default the client's `nonZeroExitIsError` */
  nonZeroExitIsError?: boolean;
}

/** How a running session is joined. */
export type AttachOptions = Pick<
  ExecOptions,
  "collect" | "maxBuffer" | "killOnTimeout" | "nonZeroExitIsError"
>;

/** What to run, or which running session to join. */
export interface Plan {
  readonly config: Config;
  readonly spriteId: string;
  readonly facts: Omit<ExecFacts, "mode">;
  /** The session to join; absent for a new command. */
  readonly joins: string | undefined;
  readonly collect: boolean | undefined;
  readonly maxBuffer: number;
  readonly nonZeroExitIsError: boolean;
  /** Address to dial; gets the context of the span, for commands that shall see it. */
  url(span: Context): string;
}

/** @throws ExecutionError (`INVALID_STATE`) for a command or environment that cannot be sent. */
export function planExec(
  config: Config,
  spriteId: string,
  cmd: string | readonly string[],
  options: ExecOptions,
): Plan {
  const { args, shell } = toCommand(cmd);
  const { cwd, maxRunAfterDisconnect } = options;
  const tty = options.tty ?? false;
  const env = options.env == null ? undefined : readEnv(options.env);
  if (cwd != null) checkText(cwd, "cwd");
  if (cwd?.includes("\0")) throw invalidState("cwd holds a NUL character");
  if (maxRunAfterDisconnect != null) checkText(maxRunAfterDisconnect, "maxRunAfterDisconnect");
  const windowSize = options.initialWindowSize ?? undefined;
  if (windowSize !== undefined) {
    if (!Array.isArray(windowSize)) throw invalidArgument("initialWindowSize", "[columns, rows]");
    checkWindowSize(windowSize[0], windowSize[1]);
  }
  const request = { args, cwd, env, tty, windowSize, maxRunAfterDisconnect };
  const propagate = options.propagateContext ?? config.propagateContext;
  return {
    ...commonPlan(config, spriteId, options),
    facts: { spriteId, args, shell, tty, cwd, env },
    joins: undefined,
    url: (span: Context) =>
      execUrl(config.socketEndpoint, spriteId, request, propagate ? propagationEnv(span) : {}),
  };
}

export function planAttach(
  config: Config,
  spriteId: string,
  sessionId: string,
  options: AttachOptions,
): Plan {
  return {
    ...commonPlan(config, spriteId, options),
    facts: { spriteId, args: [], shell: false, tty: false },
    joins: sessionId,
    url: () => attachUrl(config.socketEndpoint, spriteId, sessionId),
  };
}

function readEnv(given: Readonly<Record<string, string>>): Record<string, string> {
  if (typeof given !== "object" || Array.isArray(given)) {
    throw invalidArgument("env", "an object of names and values");
  }
  const env = { ...given };
  checkEnv(env);
  return env;
}

/** @throws RangeError unless both are what a terminal can be. */
export function checkWindowSize(cols: number, rows: number): void {
  for (const size of [cols, rows]) {
    if (!Number.isInteger(size) || size < 1 || size > 65_535) {
      throw new RangeError("columns and rows must be integers from 1 to 65535");
    }
  }
}

function commonPlan(config: Config, spriteId: string, options: AttachOptions) {
  const maxBuffer = options.maxBuffer ?? Number.POSITIVE_INFINITY;
  if (typeof maxBuffer !== "number" || !(maxBuffer > 0))
    throw new RangeError("maxBuffer must be a number of bytes above zero");
  return {
    config,
    spriteId,
    collect: options.collect,
    maxBuffer,
    nonZeroExitIsError: options.nonZeroExitIsError ?? config.nonZeroExitIsError,
  };
}
