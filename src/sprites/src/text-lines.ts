/** Text that comes in pieces, cut anywhere, as lines. What was seen of a line is not searched again with every piece. */
export class TextLines {
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** The lines that end in this piece, without their newlines. */
  push(piece: Uint8Array): string[] {
    const [first = "", ...others] = this.#decoder.decode(piece, { stream: true }).split("\n");
    const last = others.pop();
    if (last === undefined) {
      this.#rest += first;
      return [];
    }
    const lines = [this.#rest + first, ...others];
    this.#rest = last;
    return lines;
  }

  /** What came after the last newline. */
  end(): string {
    return this.#rest + this.#decoder.decode();
  }
}
