/** Frames smaller than this are copied together; a command that prints byte by byte must not cost an object a byte. */
const SMALL = 1024;
const BLOCK = 16 * 1024;

interface Block {
  /** Allocated bytes; from `length` on, room for small frames to come. */
  bytes: Buffer;
  length: number;
  /** Place of its first frame among the frames of all streams. */
  readonly order: number;
}

/** Stands where a block was until the list is shortened, so that its bytes are free. */
const GONE: Block = { bytes: Buffer.alloc(0), length: 0, order: 0 };

/** The bytes of one stream: what was not read yet and, of what was read, the last so many. */
export class OutputBuffer {
  #blocks: Block[] = [];
  /** The first block that is still held, and the first that was not read. Reads take whole blocks. */
  #oldest = 0;
  #head = 0;
  /** Bytes that were read and are still held. */
  #kept = 0;
  #lastFrame = -2;
  #joined: Buffer | undefined;
  #keep: number;
  unread = 0;

  /** `keep`: bytes to hold after they were read. */
  constructor(keep: number) {
    this.#keep = keep;
  }

  /** Place of the next unread byte among the frames of all streams; infinite when there is none. */
  get nextOrder(): number {
    return this.unread > 0 ? this.#blocks[this.#head]!.order : Number.POSITIVE_INFINITY;
  }

  /** `frame` counts the frames of all streams: only neighbours are put together. */
  push(data: Buffer, frame: number): void {
    if (data.length === 0) return;
    const tail = this.#blocks.at(-1);
    const follows = this.#lastFrame === frame - 1 && this.#head < this.#blocks.length;
    if (tail !== undefined && follows && data.length < SMALL && tail.length + data.length <= BLOCK) {
      append(tail, data);
    } else {
      this.#blocks.push({ bytes: data, length: data.length, order: frame });
    }
    this.#lastFrame = frame;
    this.unread += data.length;
    this.#joined = undefined;
  }

  /** The next unread bytes that lie together, or undefined. */
  take(): Buffer | undefined {
    if (this.unread === 0) return undefined;
    const block = this.#blocks[this.#head]!;
    this.#head++;
    this.unread -= block.length;
    this.#kept += block.length;
    this.#dropRead();
    return block.bytes.subarray(0, block.length);
  }

  /** Everything unread; empty when there is nothing. */
  takeAll(): Buffer {
    const parts: Buffer[] = [];
    for (let part = this.take(); part !== undefined; part = this.take()) parts.push(part);
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** Gives up the oldest unread bytes beyond `limit`. */
  discardBeyond(limit: number): void {
    while (this.unread > limit && this.unread - this.#blocks[this.#head]!.length >= limit) this.take();
  }

  /** Everything still held, joined once. */
  bytes(): Buffer {
    if (this.#joined === undefined) {
      this.#joined = Buffer.concat(this.#blocks.map((block) => block.bytes.subarray(0, block.length)));
      // With nothing left to read, the joined copy can stand for the parts.
      if (this.unread === 0 && this.#keep === Number.POSITIVE_INFINITY && this.#blocks.length > 0) {
        this.#blocks = [{ bytes: this.#joined, length: this.#joined.length, order: 0 }];
        this.#oldest = 0;
        this.#head = 1;
      }
    }
    return this.#joined;
  }

  /** From here on only so many bytes are held after they were read. */
  keepOnly(bytes: number): void {
    this.#keep = bytes;
    this.#dropRead();
  }

  #dropRead(): void {
    if (this.#kept <= this.#keep) return;
    for (; this.#kept > this.#keep; this.#oldest++) {
      this.#kept -= this.#blocks[this.#oldest]!.length;
      this.#blocks[this.#oldest] = GONE;
    }
    this.#joined = undefined;
    // One splice per many reads: shifting at every read would move the whole list each time.
    if (this.#oldest < 64 && this.unread > 0) return;
    this.#blocks.splice(0, this.#oldest);
    this.#head -= this.#oldest;
    this.#oldest = 0;
  }
}

/** Puts a small frame behind the others of its block, in room that doubles. */
function append(block: Block, data: Buffer): void {
  const length = block.length + data.length;
  if (length > block.bytes.length) {
    const bytes = Buffer.allocUnsafeSlow(Math.min(BLOCK, Math.max(256, length * 2)));
    block.bytes.copy(bytes, 0, 0, block.length);
    block.bytes = bytes;
  }
  data.copy(block.bytes, block.length);
  block.length = length;
}
