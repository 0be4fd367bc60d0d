import { inspect } from "node:util";
import { isMainThread } from "node:worker_threads";
import { DiagLogLevel, diag } from "@opentelemetry/api";
import { writeQuietly } from "./write-quietly.js";

/** Messages of the kit about itself. One line each; never content, never a credential. */
export interface Log {
  /** Writes to standard error, unless the log level is below `warn`. The same line is written only once. */
  warn(line: string): void;
  /** Goes to OpenTelemetry's `diag` logger, so it is silent until a log level or a logger is set. */
  info(line: string): void;
  /** As `info`, for what goes well. */
  debug(line: string): void;
  /** Stops writing what comes from `diag`. The previous `diag` logger cannot be restored, because the API does not reveal it. */
  close(): void;
}

/** Names that `OTEL_LOG_LEVEL` accepts. */
export const LOG_LEVELS = ["none", "error", "warn", "info", "debug", "verbose", "all"] as const;

export type LogLevelName = (typeof LOG_LEVELS)[number];

const DIAG_LEVELS = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
} as const satisfies Record<LogLevelName, DiagLogLevel>;

/** Messages of the kit's own packages begin with their name. */
const OURS = "@kit/";

/**
 * Writes to standard error. Setting a `level` also turns on OpenTelemetry's own messages; `debug` alone shows only messages
 * of the kit's packages.
 */
export function createLog(level: LogLevelName | undefined, debug = false, write = writeToStderr): Log {
  let closed = false;
  if (level != null || debug) {
    const line = (message: string, ...rest: unknown[]) => {
      if (closed) return;
      const text = [message, ...rest.map(toText)].join(" ");
      if (level != null) write(text);
      else if (text.startsWith(OURS)) write(text, "agentpulse");
    };
    const logger = { error: line, warn: line, info: line, debug: line, verbose: line };
    diag.setLogger(logger, { logLevel: DIAG_LEVELS[level ?? "debug"], suppressOverrideMessage: true });
  }
  const said = new Set<string>();
  return {
    warn(line) {
      if (said.has(line) || DIAG_LEVELS[level ?? "warn"] < DiagLogLevel.WARN) return;
      said.add(line);
      write(line);
    },
    info: (line) => diag.info(line),
    debug: (line) => diag.debug(line),
    close: () => {
      closed = true;
    },
  };
}

/** A worker inherits the configuration of the process, whose mistakes the main thread has already reported. */
export function reportsOf(log: Log): (problem: string) => void {
  return isMainThread ? (problem) => log.warn(problem) : (problem) => log.info(problem);
}

/** Some callers pass objects to the logger. */
function toText(value: unknown): string {
  return typeof value === "string" ? value : inspect(value, { breakLength: Number.POSITIVE_INFINITY });
}

function writeToStderr(line: string, speaker = "kit"): void {
  writeQuietly(process.stderr, `[${speaker}] ${line.replaceAll(/\s*\n\s*/g, " ")}\n`);
}
