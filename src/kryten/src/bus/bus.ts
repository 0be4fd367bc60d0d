import type { MsgHdrs } from "nats";
import type { KvStore } from "../kv/kv-store.js";
import type { TimeLimit } from "../waiting.js";

/** A received message. The real client hands over the `Msg` of `nats` itself. */
export interface BusMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  /** Where an answer is expected. */
  readonly reply?: string | undefined;
  readonly headers?: MsgHdrs | undefined;
  string(): string;
  /** @throws when the data is not JSON */
  json<T = unknown>(): T;
}

/** A subscription that lasts until `unsubscribe`. */
export interface BusSubscription {
  unsubscribe(): void;
}

/** `connecting` covers the first attempts and every reconnection, `error` a connection lost for good. */
export type BusState = "connected" | "connecting" | "disconnected" | "error";

export interface SendOptions {
  headers?: MsgHdrs | undefined;
  signal?: AbortSignal | undefined;
  /** Called once the message is written: whatever becomes of the call, it may have arrived. */
  onWritten?: (() => void) | undefined;
}

export interface RequestOptions extends SendOptions {
  limit: TimeLimit;
  /** Which of several replies to take. When the time is up, the last one seen is taken. @default the first */
  accept?: ((message: BusMessage) => boolean) | undefined;
}

/** What the client needs of a message server: NATS itself, or the mock's memory. */
export interface Bus {
  readonly state: BusState;
  /** The server connected to, without credentials. */
  readonly server: { readonly address: string; readonly port: number } | undefined;
  readonly takesHeaders: boolean;
  /** Largest message with its headers, in bytes. */
  readonly maxPayload: number;
  readonly kv: KvStore;
  /** Resolves when the server has the message. @throws PublishError, `ambiguous` when it cannot be known */
  send(subject: string, data: Uint8Array, options: SendOptions): Promise<void>;
  /** @throws KrytenTimeoutError, KrytenConnectionError, PublishError */
  request(subject: string, data: Uint8Array, options: RequestOptions): Promise<BusMessage>;
  /** Delivers until unsubscribed, across reconnections. The listener must not throw. */
  subscribe(subject: string, listener: (message: BusMessage) => void): BusSubscription;
  /**
   * Calls back, in the order of registration, each time the connection is back or lost for good. Returns a function
   * that removes the callback.
   */
  onChange(callback: () => void): () => void;
  /** Resolves when everything sent so far is with the server; gives up silently after `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
}
