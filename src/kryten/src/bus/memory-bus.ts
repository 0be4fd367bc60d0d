import type { MsgHdrs } from "nats";
import { KrytenConnectionError } from "../errors.js";
import type { MemoryKvStore } from "../kv/memory-kv.js";
import { bounded, noReply, timeLeft } from "../waiting.js";
import type { Bus, BusMessage, BusState, BusSubscription, RequestOptions, SendOptions } from "./bus.js";

/** Answers requests that no subscriber in memory takes; undefined leaves them without responders. */
export type Responder = (subject: string, data: Uint8Array) => Uint8Array | undefined;

interface Listener {
  tokens: readonly string[];
  deliver: (message: BusMessage) => void;
}

/** A message server for one client and its test: subjects, wildcards, requests, buckets, no network. */
export class MemoryBus implements Bus {
  state: BusState = "connected";
  readonly server = undefined;
  readonly takesHeaders = true;
  readonly maxPayload = 1_048_576;
  readonly kv: MemoryKvStore;
  readonly #listeners = new Set<Listener>();
  readonly #responder: Responder;
  #inboxes = 0;

  constructor(responder: Responder, kv: MemoryKvStore) {
    this.#responder = responder;
    this.kv = kv;
  }

  async send(subject: string, data: Uint8Array, { headers, onWritten }: SendOptions): Promise<void> {
    this.#assertOpen();
    onWritten?.();
    this.#deliver(subject, data, headers, undefined);
  }

  async request(subject: string, data: Uint8Array, options: RequestOptions): Promise<BusMessage> {
    this.#assertOpen();
    const inbox = `_INBOX.${++this.#inboxes}`;
    const { limit, signal, headers, accept, onWritten } = options;
    onWritten?.();
    let subscription: BusSubscription | undefined;
    const reply = new Promise<BusMessage>((resolve, reject) => {
      subscription = this.subscribe(inbox, (message) => {
        if (!accept || accept(message)) resolve(message);
      });
      if (this.#deliver(subject, data, headers, inbox)) return;
      const answer = this.#responder(subject, data);
      if (answer) resolve(createMessage(inbox, answer, undefined, undefined));
      else reject(new KrytenConnectionError("nobody serves this subject", { code: "NO_RESPONDERS" }));
    });
    const bounds = { timeoutMs: timeLeft(limit), signal, onTimeout: () => noReply(limit) };
    return bounded(reply, bounds).finally(() => subscription?.unsubscribe());
  }

  subscribe(subject: string, deliver: (message: BusMessage) => void): BusSubscription {
    this.#assertOpen();
    const listener = { tokens: subject.split("."), deliver };
    this.#listeners.add(listener);
    return { unsubscribe: () => void this.#listeners.delete(listener) };
  }

  /** Never calls back: memory does not lose its connection. */
  onChange(): () => void {
    return () => {};
  }

  async flush(): Promise<void> {}

  close(): void {
    this.state = "disconnected";
    this.#listeners.clear();
  }

  #deliver(
    subject: string,
    data: Uint8Array,
    headers: MsgHdrs | undefined,
    reply: string | undefined,
  ): boolean {
    const tokens = subject.split(".");
    const takers = [...this.#listeners].filter((listener) => matchesSubject(listener.tokens, tokens));
    for (const { deliver } of takers) deliver(createMessage(subject, data, headers, reply));
    return takers.length > 0;
  }

  #assertOpen(): void {
    if (this.state !== "connected") throw new KrytenConnectionError("not connected");
  }
}

function matchesSubject(pattern: readonly string[], subject: readonly string[]): boolean {
  const open = pattern.at(-1) === ">";
  const fixed = open ? pattern.slice(0, -1) : pattern;
  if (open ? subject.length <= fixed.length : subject.length !== fixed.length) return false;
  return fixed.every((token, index) => token === "*" || token === subject[index]);
}

export function createMessage(
  subject: string,
  data: Uint8Array,
  headers: MsgHdrs | undefined,
  reply: string | undefined,
): BusMessage {
  const string = () => new TextDecoder().decode(data);
  return { subject, data, headers, reply, string, json: <T>() => JSON.parse(string()) as T };
}
