const FLUSH_AT = 64;

/**
 * Collects streamed text. Joining every few pieces keeps the memory near the text itself: `+=` on each chunk
 * would keep one heap node a chunk alive until the end.
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
