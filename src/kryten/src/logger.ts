import { quietly } from "./quietly.js";

/** Where the client logs. Log lines hold no chat text, user names or credentials. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** As the `log_level` of the configuration spells them, in any case. */
export const LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The application's own logger, guarded against its exceptions, or one that writes to the console. */
export function toLogger(own: Logger | null | undefined, level: LogLevel): Logger {
  if (own == null) return createConsoleLogger(level);
  return {
    debug: (message) => quietly(() => own.debug(message)),
    info: (message) => quietly(() => own.info(message)),
    warn: (message) => quietly(() => own.warn(message)),
    error: (message) => quietly(() => own.error(message)),
  };
}

/** Writes to standard error, so that a bot's own output stays clean. */
function createConsoleLogger(level: LogLevel): Logger {
  const threshold = LOG_LEVELS.indexOf(level);
  const writer = (name: LogLevel) =>
    LOG_LEVELS.indexOf(name) < threshold
      ? () => {}
      : (message: string) => console.error(`kryten ${name}: ${message}`);
  return { debug: writer("DEBUG"), info: writer("INFO"), warn: writer("WARNING"), error: writer("ERROR") };
}
