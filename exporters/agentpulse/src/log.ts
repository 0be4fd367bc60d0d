/** Logs to standard error, which may have been closed. Never a key, never content. */
export class Log {
  readonly #debug: boolean;
  readonly #said = new Set<string>();

  constructor(debug: boolean) {
    this.#debug = debug;
  }

  get isDebug(): boolean {
    return this.#debug;
  }

  /** Logged even without `debug`. */
  warn(line: string): void {
    write(line);
  }

  debug(line: string): void {
    if (this.#debug) write(line);
  }

  /** Logged once per `key`. */
  debugOnce(key: string, line: string): void {
    if (!this.#debug || this.#said.has(key) || this.#said.size > 1000) return;
    this.#said.add(key);
    write(line);
  }
}

function write(line: string): void {
  const stream = process.stderr;
  const ignore = () => {};
  stream.once("error", ignore);
  // An error would be emitted right after the callback.
  stream.write(`[agentpulse] ${line}\n`, () => setImmediate(() => stream.removeListener("error", ignore)));
}
