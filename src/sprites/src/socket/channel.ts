import type { IncomingMessage } from "node:http";
import WebSocket from "ws";
import type { Config } from "../config.js";
import { type Deadline, LONGEST_TIMER_MS } from "../deadline.js";
import { ConnectionError, type SpritesError } from "../errors.js";
import { MAX_ERROR_BODY, type Purpose, type Secrets, toError, withoutSecrets } from "../rest/failure.js";
import { reasonOf, USER_AGENT } from "../rest/transport.js";
import { withoutTracing } from "../telemetry/tracing.js";
import { Silence } from "./silence.js";

/** `ws` defaults to 100 MiB; the server sends some 32 KiB at a time. */
const MAX_MESSAGE = 16 * 1024 * 1024;
/**
 * How long a socket may take to go once either side closed it, before it is cut. The server would hold it for five
 * seconds, `ws` for thirty.
 */
const CLOSE_GRACE_MS = 250;
/** Longest time to read the body of a refusal, whose status is known by then. */
const REFUSAL_MS = 5000;

/** `closeTimeout` is missing in the type declarations of `ws`. */
type ClientOptions = WebSocket.ClientOptions & { closeTimeout: number };

interface Receiver {
  /** The server took the upgrade; comes before everything else. */
  onOpen(handshake: Handshake): void;
  onBinary(data: Buffer): void;
  onText(text: string): void;
  /** Any sign of life, ping and pong included; comes before `onBinary` and `onText`. */
  onHeard(): void;
  /** The open connection ended; told once, and not after `leave` or `cut`. */
  onClosed(loss: Loss): void;
}

/** What the 101 answer says of the server. */
export interface Handshake {
  readonly serverVersion: string | undefined;
  readonly capabilities: ReadonlySet<string>;
}

/** How an open connection ended. */
export interface Loss {
  /** 1006 = no close frame. */
  readonly closeCode: number;
  readonly reason: string;
  readonly error?: Error | undefined;
}

/** Where to connect to, and what for. */
export interface Dial {
  readonly url: string;
  /** Beside those that every connection has. */
  readonly headers: Readonly<Record<string, string>>;
  readonly purpose: Purpose;
}

/** One WebSocket to the service: dialling, refusals, keepalive, pausing, and an end that never hangs. */
export class Channel {
  readonly #config: Config;
  readonly #purpose: Purpose;
  readonly #receiver: Receiver;
  readonly #socket: WebSocket;
  readonly #silence: Silence;
  readonly #gone: Promise<void>;
  #pings: NodeJS.Timeout | undefined;
  #error: (Error & { code?: string }) | undefined;
  #handshake: Handshake = { serverVersion: undefined, capabilities: new Set() };
  #isOpen = false;
  #left = false;
  #leaving: Promise<void> | undefined;

  constructor(config: Config, { url, headers, purpose }: Dial, receiver: Receiver) {
    this.#config = config;
    this.#purpose = purpose;
    this.#receiver = receiver;
    this.#silence = new Silence(config.silenceLimit, () => {
      this.#error = new Error(`nothing heard for ${config.silenceLimit} ms`);
      this.#socket.terminate();
    });
    const options: ClientOptions = {
      headers: { ...headers, Authorization: `Bearer ${config.token}`, "User-Agent": USER_AGENT },
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE,
      closeTimeout: CLOSE_GRACE_MS,
      ...(config.agent !== undefined && { agent: config.agent }),
    };
    this.#socket = withoutTracing(() => new WebSocket(url, options));
    // The server's first frames can share a segment with its 101: a listener set after `open` would miss them.
    this.#socket.on("message", (data: Buffer, isBinary) => this.#onMessage(data, isBinary));
    this.#socket.on("ping", () => this.#onHeard());
    this.#socket.on("pong", () => this.#onHeard());
    this.#socket.on("upgrade", (response) => {
      this.#handshake = readHandshake(response.headers);
    });
    this.#socket.on("error", (error) => {
      this.#error ??= error;
      if (this.#socket.readyState !== WebSocket.CONNECTING) this.#socket.terminate();
    });
    this.#gone = new Promise((resolve) => {
      this.#socket.once("close", (code, reason) => {
        this.#onClose(code, reason.toString());
        resolve();
      });
    });
  }

  /** Rejects with the typed error when the server refuses or cannot be reached, or the deadline ends the attempt. */
  async open(deadline: Deadline): Promise<void> {
    try {
      await this.#opened(deadline);
    } catch (error) {
      void this.cut();
      throw error;
    }
  }

  /** Resolves when the socket has ended, whoever ended it. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  /** Bytes accepted by `send` that the system has not taken yet. */
  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  /** `flushed` gets an error when the connection ends first. */
  send(data: Uint8Array | string, flushed?: (error?: Error | null) => void): void {
    this.#socket.send(data, flushed);
  }

  pause(): void {
    this.#silence.stop();
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#left) this.#silence.start();
    this.#socket.resume();
  }

  /** Closes in good order, or by force when the server does not answer soon. Resolves when the socket is gone. */
  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  /** Drops the connection at once. */
  cut(): Promise<void> {
    this.#quit();
    this.#socket.terminate();
    return this.#gone;
  }

  #leave(): Promise<void> {
    this.#quit();
    if (this.#socket.readyState !== WebSocket.OPEN) return this.cut();
    this.#socket.close(1000);
    this.#socket.resume();
    return this.#gone;
  }

  #quit(): void {
    this.#left = true;
    this.#silence.stop();
    clearInterval(this.#pings);
  }

  #opened(deadline: Deadline): Promise<void> {
    const { signal } = deadline;
    const gaveUp = (): unknown =>
      deadline.expired
        ? new ConnectionError(`${this.#config.host} did not answer the upgrade in time`)
        : signal.reason;
    if (signal.aborted) return Promise.reject(gaveUp());
    return new Promise<void>((resolve, reject) => {
      const giveUp = (): void => reject(gaveUp());
      signal.addEventListener("abort", giveUp, { once: true });
      const settle = (): void => signal.removeEventListener("abort", giveUp);
      this.#socket.once("open", () => {
        settle();
        this.#isOpen = true;
        this.#silence.start();
        this.#startPings(this.#config.pingInterval);
        this.#receiver.onOpen(this.#handshake);
        resolve();
      });
      this.#socket.once("close", () => {
        settle();
        const cause = this.#error;
        reject(new ConnectionError(`cannot connect to ${this.#config.host}: ${reasonOf(cause)}`, { cause }));
      });
      this.#socket.once("unexpected-response", async (_request, response: IncomingMessage) => {
        // From here on the status decides, however slowly the body comes.
        settle();
        reject(await this.#refused(response, signal));
      });
    });
  }

  #startPings(intervalMs: number): void {
    if (intervalMs > LONGEST_TIMER_MS) return;
    this.#pings = setInterval(() => this.#socket.ping(), intervalMs);
    this.#pings.unref();
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    if (this.#left) return;
    this.#onHeard();
    if (isBinary) this.#receiver.onBinary(data);
    else this.#receiver.onText(data.toString());
  }

  #onHeard(): void {
    this.#silence.heard();
    this.#receiver.onHeard();
  }

  #onClose(code: number, reason: string): void {
    if (this.#left || !this.#isOpen) return;
    this.#quit();
    const error = this.#error;
    const tooBig = error?.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
    this.#receiver.onClosed({
      closeCode: tooBig ? 1009 : code,
      reason: tooBig ? `a message is larger than ${MAX_MESSAGE} bytes` : reason,
      error,
    });
  }

  async #refused(response: IncomingMessage, signal: AbortSignal): Promise<SpritesError> {
    const stop = (): void => void response.destroy();
    const timer = setTimeout(stop, REFUSAL_MS);
    signal.addEventListener("abort", stop, { once: true });
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= MAX_ERROR_BODY) break;
      }
    } catch {
      // The status alone decides the class; a body that breaks off only loses detail.
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
    const refusal = {
      status: response.statusCode ?? 0,
      header: (name: string) => response.headers[name]?.toString(),
      text: Buffer.concat(chunks).subarray(0, MAX_ERROR_BODY).toString(),
    };
    const query = new URL(this.#socket.url).search;
    return toError(refusal, this.#purpose, { token: this.#config.token, query });
  }
}

/** The error for a connection that ended so; `what` says what that means. */
export function toLossError(
  what: string,
  { closeCode, reason, error }: Loss,
  secrets: Secrets,
): ConnectionError {
  const said = withoutSecrets(reason, secrets);
  const detail = [`close code ${closeCode}`, said].filter(Boolean).join(": ");
  return new ConnectionError(`${what} (${detail})`, {
    closeCode,
    reason: said,
    ...(error !== undefined && { cause: error }),
  });
}

function readHandshake(headers: IncomingMessage["headers"]): Handshake {
  const version = headers["sprite-version"];
  const capabilities = String(headers["x-sprite-capabilities"] ?? "").split(",");
  return {
    serverVersion: typeof version === "string" ? version : undefined,
    capabilities: new Set(capabilities.map((name) => name.trim())),
  };
}
