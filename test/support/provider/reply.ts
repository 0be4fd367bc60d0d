/** A point where a reply waits until the test lets it go on. */
export class Gate {
  readonly #opened: Promise<void>;
  #open!: () => void;
  readonly #reached: Promise<void>;
  #reach!: () => void;

  constructor() {
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.#reached = new Promise((resolve) => {
      this.#reach = resolve;
    });
  }

  /** Lets the reply go on. */
  open(): void {
    this.#open();
  }

  /** Resolves once the server has sent everything before the gate. */
  get reached(): Promise<void> {
    return this.#reached;
  }

  /** For the server: says it stands at the gate, and waits. */
  async pass(): Promise<void> {
    this.#reach();
    await this.#opened;
  }
}

/** What a reply does next: send a piece of the body, wait at a gate, or break the connection. */
export type Step = Uint8Array | Gate | "drop" | "hang";

/** A scripted answer: status, headers, and the steps in which the body leaves the server. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** Options common to all ways of making a reply. */
export interface ReplyOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a streamed body is cut into pieces: ascending byte offsets, or after every byte. */
export type Cuts = readonly number[] | "every byte";

/** A JSON answer, sent whole. */
export function json(body: unknown, { status = 200, headers = {} }: ReplyOptions = {}): Reply {
  return bytes(Buffer.from(JSON.stringify(body)), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** Any body, sent whole. */
export function bytes(body: Uint8Array, { status = 200, headers = {} }: ReplyOptions = {}): Reply {
  return { status, headers, steps: [body] };
}

/** A body sent in pieces that end at `cuts`; SSE unless the headers say otherwise. */
export function streamed(
  body: string | Buffer,
  { cuts = [], ...options }: ReplyOptions & { readonly cuts?: Cuts } = {},
): Reply {
  const headers = { "content-type": "text/event-stream; charset=utf-8", ...options.headers };
  return { status: options.status ?? 200, headers, steps: cutUp(Buffer.from(body as string), cuts) };
}

/** A server-sent event; a string is sent as it is, anything else as JSON. A `type` field also names the event. */
export function event(data: unknown): Uint8Array {
  const name =
    typeof data === "object" && data !== null && "type" in data ? `event: ${String(data.type)}\n` : "";
  return Buffer.from(`${name}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
}

/** A server-sent event stream made of events and control steps, each sent as a piece of its own. */
export function script(steps: readonly (Step | object)[], options: ReplyOptions = {}): Reply {
  const isStep = (step: Step | object): step is Step =>
    step instanceof Uint8Array || step instanceof Gate || typeof step === "string";
  const headers = { "content-type": "text/event-stream; charset=utf-8", ...options.headers };
  return {
    status: options.status ?? 200,
    headers,
    steps: steps.map((step) => (isStep(step) ? step : event(step))),
  };
}

function cutUp(body: Uint8Array, cuts: Cuts): Uint8Array[] {
  const ends = cuts === "every byte" ? Array.from(body.keys()) : cuts;
  const bounds = [0, ...ends.filter((end) => end > 0 && end < body.length), body.length];
  return bounds.slice(1).map((end, index) => body.subarray(bounds[index], end));
}
