import { Deadline } from "../deadline.js";
import { Waiters } from "../waiters.js";
import { OutputBuffer } from "./output-buffer.js";

/** `stdout` and `stderr` without TTY, `output` with one. */
export type StreamName = "stdout" | "stderr" | "output";

export const STREAMS: readonly StreamName[] = ["stdout", "stderr", "output"];

/** A piece of output as it arrived: any length, cut anywhere, also inside a character. */
export interface OutputChunk {
  readonly stream: StreamName;
  readonly data: Buffer;
}

/** Unread bytes of a stream at which the connection is paused, and those at which it goes on. */
export const PAUSE_ABOVE = 1024 * 1024;
export const RESUME_BELOW = 256 * 1024;
/** What is kept of streamed output, so that a failure can be explained afterwards. */
const TAIL = 1024 * 1024;

interface Flow {
  pause(): void;
  resume(): void;
}

interface Lane {
  readonly buffer: OutputBuffer;
  /** Iterators and streams now taking from this lane. */
  consumers: number;
  /** Somebody asked for bytes with `read`. */
  wasRead: boolean;
  /** A callback sees the bytes as they come. */
  observed: boolean;
}

/** How long one read waits for output. */
export interface ReadOptions {
  /** Longest wait for the first byte, in milliseconds; 0 never waits. @default no limit */
  timeout?: number;
  /** Ends the wait, and the command, with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Output on its way from the socket to whoever reads it. Every byte is handed out once, whichever way it is read. A
 * slow reader does not make memory grow: beyond a limit the connection is paused. It is not paused for a reader who
 * may never read again (of `read`, not of an iterator) while somebody waits for what is behind those bytes; then they
 * are kept. Of a stream that nobody ever read, the oldest are dropped.
 */
export class Output {
  readonly #lanes: ReadonlyMap<StreamName, Lane>;
  readonly #flow: Flow;
  readonly #collectAsked: boolean | undefined;
  #collecting: boolean;
  #frames = 0;
  #paused = false;
  #waiting = 0;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  readonly #changes = new Waiters();

  constructor(collect: boolean | undefined, flow: Flow) {
    this.#collectAsked = collect;
    this.#collecting = collect ?? true;
    this.#flow = flow;
    const lane = (name: StreamName): [StreamName, Lane] => [
      name,
      {
        buffer: new OutputBuffer(this.#collecting ? Number.POSITIVE_INFINITY : 0),
        consumers: 0,
        wasRead: false,
        observed: false,
      },
    ];
    this.#lanes = new Map(STREAMS.map(lane));
  }

  /** What is held of a stream: everything so far, or less when it is streamed or not collected. */
  bytes(name: StreamName): Buffer {
    return this.#lanes.get(name)?.buffer.bytes() ?? Buffer.alloc(0);
  }

  /** Unread bytes of a stream; empty when the time is up or the stream is over. */
  async read(name: StreamName, { timeout, signal }: ReadOptions = {}): Promise<Buffer> {
    signal?.throwIfAborted();
    const lane = this.#lane(name);
    lane.wasRead = true;
    if (lane.buffer.unread === 0 && !this.#ended && timeout !== 0) {
      using deadline = new Deadline(timeout, signal);
      await this.whileWaiting(async () => {
        while (lane.buffer.unread === 0 && !this.#ended && !deadline.signal.aborted) {
          await this.#changes.wait(deadline.signal);
        }
      });
      signal?.throwIfAborted();
    }
    const data = lane.buffer.takeAll();
    if (data.length === 0 && this.#failure !== undefined) throw this.#failure.error;
    this.#check();
    return data;
  }

  /** The next piece of any of these streams in the order of arrival; undefined when they are over, or `left`. */
  async next(names: readonly StreamName[], left: () => boolean): Promise<OutputChunk | undefined> {
    while (!left()) {
      const chunk = this.#takeFirst(names);
      if (chunk !== undefined) {
        if (this.#paused) this.#check();
        return chunk;
      }
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#ended) break;
      await this.#changes.wait();
    }
    return undefined;
  }

  /** Registers a consumer that reads on until it releases. Of what is streamed only the tail is kept, unless asked. */
  consume(names: readonly StreamName[]): () => void {
    if (this.#collectAsked === undefined && this.#collecting) {
      this.#collecting = false;
      for (const { buffer } of this.#lanes.values()) buffer.keepOnly(TAIL);
    }
    for (const name of names) this.#lane(name).consumers++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      for (const name of names) this.#lane(name).consumers--;
      this.#changes.wake();
      this.#check();
    };
  }

  /** True while an iterator or stream takes output. */
  get consumed(): boolean {
    return [...this.#lanes.values()].some((lane) => lane.consumers > 0);
  }

  /** Somebody waits for the end, or for bytes: other streams must not hold them up. */
  async whileWaiting<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    this.#check();
    try {
      return await work();
    } finally {
      this.#waiting--;
      this.#check();
    }
  }

  push(name: StreamName, data: Buffer, observed: boolean): void {
    const lane = this.#lane(name);
    lane.observed = observed;
    lane.buffer.push(data, this.#frames++);
    this.#changes.wake();
    if (lane.buffer.unread > PAUSE_ABOVE) this.#check();
  }

  end(): void {
    this.#ended = true;
    this.#changes.wake();
  }

  /** Ends the streams; once drained, reading rejects. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.end();
  }

  #lane(name: StreamName): Lane {
    return this.#lanes.get(name) as Lane;
  }

  #takeFirst(names: readonly StreamName[]): OutputChunk | undefined {
    let first: StreamName | undefined;
    let order = Number.POSITIVE_INFINITY;
    for (const name of names) {
      const { nextOrder } = this.#lane(name).buffer;
      if (nextOrder < order) {
        first = name;
        order = nextOrder;
      }
    }
    const data = first && this.#lane(first).buffer.take();
    return first && data && { stream: first, data };
  }

  /** Pauses or resumes the connection by what is unread now. */
  #check(): void {
    if (this.#ended) return;
    let full = false;
    for (const lane of this.#lanes.values()) {
      if (lane.buffer.unread <= (this.#paused ? RESUME_BELOW : PAUSE_ABOVE)) continue;
      if (this.#mustWait(lane)) full = true;
      else if (!this.#collecting && !lane.wasRead) lane.buffer.discardBeyond(PAUSE_ABOVE);
    }
    if (full === this.#paused) return;
    this.#paused = full;
    if (full) this.#flow.pause();
    else this.#flow.resume();
  }

  /** True when somebody reads this stream, or still may. */
  #mustWait(lane: Lane): boolean {
    if (lane.consumers > 0) return true;
    if (this.#collecting || this.#waiting > 0 || this.consumed) return false;
    if (lane.wasRead) return true;
    return !lane.observed && [...this.#lanes.values()].every((other) => !other.wasRead);
  }
}
