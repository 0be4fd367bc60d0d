const FLUSH_AT = 64;

/**
 * Collects streamed text. Joining the pieces every so often keeps memory close to the text's own size; `+=` would keep one
 * heap node per chunk alive until the end.
 */
export class TextBuilder {
  #text = "";
  #pieces: string[] = [];

  add(piece: string | null | undefined): void {
    if (piece == null || piece === "") return;
    this.#pieces.push(piece);
    if (this.#pieces.length >= FLUSH_AT) this.#flush();
  }

  toString(): string {
    this.#flush();
    return this.#text;
  }

  #flush(): void {
    if (this.#pieces.length === 0) return;
    this.#text += this.#pieces.join("");
    this.#pieces = [];
  }
}
