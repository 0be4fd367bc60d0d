const ignore = () => {};

/** Logs to standard error, which may have been closed. Never a key, never content. */
export class Log {
  readonly #debug: boolean;
  readonly #said = new Set<string>();
  /** Lines on their way. */
  #writing = 0;

  constructor(debug: boolean) {
    this.#debug = debug;
  }

  /** Logged even without `debug`. */
  warn(line: string): void {
    this.#write(line);
  }

  debug(line: string): void {
    if (this.#debug) this.#write(line);
  }

  /** Logged once per `key`. */
  debugOnce(key: string, line: string): void {
    if (!this.#debug || this.#said.has(key) || this.#said.size > 1000) return;
    this.#said.add(key);
    this.#write(line);
  }

  #write(line: string): void {
    const { stderr } = process;
    // One listener for all lines, because Node warns about more than ten.
    if (this.#writing++ === 0) stderr.on("error", ignore);
    const done = () => {
      if (--this.#writing === 0) stderr.removeListener("error", ignore);
    };
    // An error would be emitted right after the callback.
    stderr.write(`[agentpulse] ${line}\n`, () => setImmediate(done));
  }
}
