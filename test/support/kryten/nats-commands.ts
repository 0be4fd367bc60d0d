type Take = (line: readonly string[], payload: Buffer) => void;

const END = Buffer.from("\r\n");

/** Cuts what a NATS client sends into its commands: a line, and for publishing as many bytes as it announced. */
export class NatsCommands {
  readonly #take: Take;
  #rest = Buffer.alloc(0);

  constructor(take: Take) {
    this.#take = take;
  }

  push(data: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (;;) {
      const end = this.#rest.indexOf(END);
      if (end < 0) return;
      const line = this.#rest.subarray(0, end).toString().split(/\s+/).filter(Boolean);
      const size = /^h?pub$/i.test(line[0] ?? "") ? Number(line.at(-1)) : undefined;
      const body = end + END.length;
      const next = size === undefined ? body : body + size + END.length;
      if (this.#rest.length < next) return;
      const payload = this.#rest.subarray(body, body + (size ?? 0));
      this.#rest = this.#rest.subarray(next);
      if (line.length > 0) this.#take(line, payload);
    }
  }
}
