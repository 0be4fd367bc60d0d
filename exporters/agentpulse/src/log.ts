/** What the exporter says on standard error, which its reader may have closed. Never a key, never content. */
export class Log {
  readonly #debug: boolean;
  readonly #said = new Set<string>();

  constructor(debug: boolean) {
    this.#debug = debug;
  }

  get isDebug(): boolean {
    return this.#debug;
  }

  /** Said also without `debug`. */
  warn(line: string): void {
    write(line);
  }

  debug(line: string): void {
    if (this.#debug) write(line);
  }

  /** Said once for each `key`. */
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
  // An error is emitted right after the callback.
  stream.write(`[agentpulse] ${line}\n`, () => setImmediate(() => stream.removeListener("error", ignore)));
}
