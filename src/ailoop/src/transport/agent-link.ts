import type { WebSocket } from "ws";
import { ConnectionError, TimeoutError } from "../errors.js";
import type { Message } from "../model/message.js";
import type { Settings } from "../options.js";
import { onAbort, startTimer, untilAborted } from "../timing.js";
import { encodeMessage } from "../wire/codec.js";
import { closeSocket, openSocket } from "./socket.js";

/** The server's own limit for a frame. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

interface PendingEcho {
  readonly messageId: string;
  resolve(echo: Message): void;
  reject(error: unknown): void;
}

/**
 * The socket that sends: a viewer's frames are ignored, so it takes a second one. Opened by the first send and,
 * when lost, by the next. The server acknowledges nothing; the echo of the message is the proof.
 */
export class AgentLink {
  readonly #settings: Settings;
  readonly #onText: (text: string) => void;
  /** A message may be sent twice at a time, so an id is no key. */
  readonly #echoes = new Set<PendingEcho>();
  #socket: WebSocket | undefined;
  #opening: Promise<WebSocket> | undefined;
  #closing = new AbortController();

  constructor(settings: Settings, onText: (text: string) => void) {
    this.#settings = settings;
    this.#onText = onText;
  }

  /** Resolves with the echo. A lost frame is never sent again: it may have arrived. */
  async send(message: Message, trace: Record<string, string>, signal?: AbortSignal): Promise<Message> {
    const frame = encodeMessage(message, MAX_FRAME_BYTES);
    const socket = await this.#open(trace, signal);
    signal?.throwIfAborted();
    const { timeoutMs } = this.#settings;
    const messageId = message.id;
    let release: (() => void)[] = [];
    try {
      return await new Promise<Message>((resolve, reject) => {
        const echo = { messageId, resolve, reject };
        this.#echoes.add(echo);
        const noEcho = () =>
          reject(
            new TimeoutError("no echo of the message came; whether it arrived is unknown", { messageId }),
          );
        release = [
          () => this.#echoes.delete(echo),
          onAbort(signal, reject),
          timeoutMs === 0 ? () => {} : startTimer(timeoutMs, noEcho),
        ];
        socket.send(frame, (cause) => {
          if (cause) reject(new ConnectionError("the frame was not sent", { cause, messageId }));
        });
      });
    } finally {
      for (const done of release) done();
    }
  }

  /** Looks at every message that comes in: an echo proves itself on whichever socket it arrives. */
  receive(message: Message): void {
    for (const echo of this.#echoes) if (echo.messageId === message.id) echo.resolve(message);
  }

  async close(error: ConnectionError): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#closing.abort(error);
    this.#rejectEchoes(error);
    if (socket) await closeSocket(socket);
  }

  /** One opening serves all that wait for it, so only the wait is aborted by the caller's signal. */
  #open(trace: Record<string, string>, signal: AbortSignal | undefined): Promise<WebSocket> {
    if (this.#socket) return Promise.resolve(this.#socket);
    this.#opening ??= this.#openSocket(trace).finally(() => {
      this.#opening = undefined;
    });
    return untilAborted(this.#opening, signal);
  }

  async #openSocket(trace: Record<string, string>): Promise<WebSocket> {
    const socket: WebSocket = await openSocket(
      this.#settings,
      trace,
      {
        onText: (text) => this.#onText(text),
        onClose: (code) => {
          if (this.#socket !== socket) return;
          this.#socket = undefined;
          this.#rejectEchoes(
            new ConnectionError(`the socket closed (${code}) before the echo; whether it arrived is unknown`),
          );
        },
      },
      this.#closing.signal,
    );
    this.#socket = socket;
    return socket;
  }

  #rejectEchoes(error: ConnectionError): void {
    for (const { reject } of this.#echoes) reject(error);
  }
}
