import { createInbox, type Msg, type NatsConnection, type NatsError, type Subscription } from "nats";
import { KrytenConnectionError, KrytenError, PublishError, readCode } from "../errors.js";
import { NatsKvStore } from "../kv/nats-kv.js";
import { bounded, noReply, timeLeft } from "../waiting.js";
import type { Bus, BusMessage, BusState, BusSubscription, RequestOptions, SendOptions } from "./bus.js";

/** Told what happens to the connection after it was made. */
export interface ConnectionListener {
  onDisconnect(): void;
  onReconnect(): void;
  /** The user may not subscribe to the subject: none of its messages will come. */
  onForbidden(subject: string): void;
  /** Called once: closed by the client (no error) or lost for good. */
  onClosed(error: Error | undefined): void;
}

/** Codes of a message that was refused before it left, so that trying again cannot help or duplicate. */
const REFUSED = new Set(["MAX_PAYLOAD_EXCEEDED", "BAD_SUBJECT", "BAD_PAYLOAD", "PERMISSIONS_VIOLATION"]);

/** A message on its way: the server has not confirmed the flush behind it. */
interface PendingSend {
  readonly subject: string;
  refused: boolean;
}

/**
 * A NATS connection as a {@link Bus}. `nats` 2.29 drops what is published while it reconnects and says
 * nothing; so every send is followed by a flush, whose outcome tells whether the server has the message.
 */
export class NatsBus implements Bus {
  readonly connection: NatsConnection;
  readonly kv: NatsKvStore;
  #state: BusState = "connected";
  #server: { address: string; port: number } | undefined;
  readonly #flushTimeoutMs: number;
  readonly #pendingSends = new Set<PendingSend>();
  readonly #onChange = new Set<() => void>();

  constructor(
    connection: NatsConnection,
    options: { flushTimeoutMs?: number; listener?: ConnectionListener } = {},
  ) {
    this.connection = connection;
    this.kv = new NatsKvStore(connection);
    this.#flushTimeoutMs = options.flushTimeoutMs ?? 10_000;
    this.#readServer();
    void this.#watch(options.listener);
  }

  get state(): BusState {
    return this.connection.isClosed() && this.#state !== "error" ? "disconnected" : this.#state;
  }

  get server(): { address: string; port: number } | undefined {
    return this.#server;
  }

  get takesHeaders(): boolean {
    return this.connection.info?.headers === true;
  }

  get maxPayload(): number {
    return this.connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
  }

  async send(subject: string, data: Uint8Array, options: SendOptions): Promise<void> {
    this.#publish(subject, data, options);
    const pending: PendingSend = { subject, refused: false };
    this.#pendingSends.add(pending);
    try {
      await this.#confirm(options.signal);
    } finally {
      this.#pendingSends.delete(pending);
    }
    if (!pending.refused) return;
    throw new PublishError("the server does not permit publishing on this subject", {
      code: "PERMISSIONS_VIOLATION",
    });
  }

  async #confirm(signal: AbortSignal | undefined): Promise<void> {
    try {
      await bounded(this.connection.flush(), {
        timeoutMs: this.#flushTimeoutMs,
        signal,
        onTimeout: () => new Error("the server did not confirm in time"),
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw ambiguous(cause);
    }
    // The server reports a forbidden subject before it confirms the flush, but `nats` tells it through an
    // iterator that is read a turn later.
    await new Promise(setImmediate);
  }

  #publish(subject: string, data: Uint8Array, { headers, onWritten }: SendOptions, reply?: string): void {
    try {
      this.connection.publish(subject, data, {
        ...(headers ? { headers } : {}),
        ...(reply ? { reply } : {}),
      });
    } catch (cause) {
      throw toSendError(cause);
    }
    onWritten?.();
  }

  request(subject: string, data: Uint8Array, options: RequestOptions): Promise<BusMessage> {
    const { limit, signal, accept } = options;
    const inbox = createInbox();
    let last: BusMessage | undefined;
    let subscription: Subscription | undefined;
    const reply = new Promise<BusMessage>((resolve, reject) => {
      subscription = this.connection.subscribe(inbox, {
        callback: (error, message) => {
          if (error) return reject(toSendError(error));
          if (message.headers?.code === 503 && message.data.length === 0) return reject(noResponders());
          last = message;
          if (!accept || accept(message)) resolve(message);
        },
      });
      // With this `nats` hands a refused publish to the subscription instead of dropping it.
      (subscription as Subscription & { requestSubject?: string }).requestSubject = subject;
      void subscription.closed.then(() => reject(new KrytenConnectionError("the connection was closed")));
      this.#publish(subject, data, options, inbox);
      this.connection.flush().catch((cause: unknown) => reject(ambiguous(cause)));
    });
    return bounded(reply, { timeoutMs: timeLeft(limit), signal, onTimeout: () => noReply(limit) })
      .catch((error: unknown) => {
        if (signal?.aborted) throw error;
        if (last) return last;
        throw error instanceof KrytenError ? error : toSendError(error);
      })
      .finally(() => subscription?.unsubscribe());
  }

  subscribe(subject: string, listener: (message: BusMessage) => void): BusSubscription {
    return this.connection.subscribe(subject, {
      callback: (error: NatsError | null, message: Msg) => {
        if (!error) listener(message);
      },
    });
  }

  onChange(callback: () => void): () => void {
    this.#onChange.add(callback);
    return () => this.#onChange.delete(callback);
  }

  async flush(timeoutMs: number): Promise<void> {
    const onTimeout = () => new Error("flush timed out");
    await bounded(this.connection.flush(), { timeoutMs, onTimeout }).catch(() => {});
  }

  async #watch(listener: ConnectionListener | undefined): Promise<void> {
    void this.connection.closed().then((error) => {
      if (error) this.#state = "error";
      for (const tell of this.#onChange) tell();
      listener?.onClosed(error ?? undefined);
    });
    for await (const { type, permissionContext } of this.connection.status()) {
      if (type === "disconnect") {
        this.#state = "connecting";
        listener?.onDisconnect();
      } else if (type === "reconnect") {
        this.#state = "connected";
        this.#readServer();
        this.kv.forget();
        for (const tell of this.#onChange) tell();
        listener?.onReconnect();
      } else if (type === "error" && permissionContext) {
        const { operation, subject } = permissionContext;
        if (operation === "publish") this.#markRefused(subject);
        else listener?.onForbidden(subject);
      }
    }
  }

  /** The server answers in the order of the messages, so a refusal is for the oldest one without. */
  #markRefused(subject: string): void {
    for (const pending of this.#pendingSends) {
      if (pending.subject !== subject || pending.refused) continue;
      pending.refused = true;
      return;
    }
  }

  #readServer(): void {
    const listen = this.connection.getServer();
    const colon = listen.lastIndexOf(":");
    const port = Number(listen.slice(colon + 1));
    this.#server =
      colon < 0 || !port ? undefined : { address: listen.slice(0, colon).replace(/^\[|\]$/g, ""), port };
  }
}

function noResponders(): KrytenConnectionError {
  return new KrytenConnectionError("nobody serves this subject", { code: "NO_RESPONDERS" });
}

function ambiguous(cause: unknown): PublishError {
  return new PublishError("the connection broke before the server confirmed the message", {
    cause,
    code: readCode(cause),
    ambiguous: true,
  });
}

function toSendError(cause: unknown): PublishError | KrytenConnectionError {
  const code = readCode(cause);
  if (code !== undefined && REFUSED.has(code)) {
    return new PublishError(`the message was refused (${code})`, { cause, code });
  }
  return new KrytenConnectionError("the connection is closed", { cause, code });
}
