import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { WebSocket } from "ws";
import { ConnectionError, TimeoutError } from "../errors.js";
import type { Settings } from "../options.js";
import { LONGEST_TIMER_MS, onAbort, startTimer } from "../timing.js";
import { refusal } from "./http.js";

/** The server takes 64 MiB a message; what it relays cannot be larger. */
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;
/** A socket that owes its pong for longer is dead, whatever TCP believes. */
const PONG_TIMEOUT_MS = 10_000;
/** How long the closing handshake may take before the socket is torn down, whoever began it. */
const CLOSE_TIMEOUT_MS = 1_000;

/** `closeTimeout`, 30 s unless it is set, is missing in the type declarations of `ws`. */
type ClientOptions = WebSocket.ClientOptions & { closeTimeout: number };

/** What a socket reports to its owner. `onClose` is called once, and only after the socket was open. */
export interface SocketEvents {
  readonly onText: (text: string) => void;
  readonly onClose: (code: number, reason: string) => void;
}

type SocketSettings = Pick<Settings, "urls" | "headers" | "timeoutMs" | "keepAliveMs">;

/** Opens a socket; rejects with a ConnectionError, AuthenticationError, TimeoutError or the signal's reason. */
export function openSocket(
  settings: SocketSettings,
  trace: Readonly<Record<string, string>>,
  events: SocketEvents,
  signal?: AbortSignal,
): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const socket = createSocket(settings, trace);
    const fail = (error: unknown) => {
      settle();
      reject(error);
      socket.terminate();
    };
    const stopAbort = onAbort(signal, fail);
    const stopTimer =
      settings.timeoutMs === 0
        ? () => {}
        : startTimer(settings.timeoutMs, () => fail(new TimeoutError("the WebSocket did not open in time")));
    const settle = () => {
      stopAbort();
      stopTimer();
    };
    // Stays for the life of the socket: without a listener an error after opening would end the process.
    socket.on("error", (cause) => fail(new ConnectionError("WebSocket failed", { cause })));
    socket.on("unexpected-response", (_request, response) => {
      response.resume();
      fail(refusal(response.statusCode ?? 0, response.statusMessage ?? ""));
    });
    // Frames belong to no trace of whoever happened to open the socket.
    const onText = context.bind(ROOT_CONTEXT, events.onText);
    const onClose = context.bind(ROOT_CONTEXT, events.onClose);
    socket.on("open", () => {
      settle();
      keepAlive(socket, settings.keepAliveMs);
      socket.on("close", (code, reason) => onClose(code, reason.toString()));
      resolve(socket);
    });
    socket.on("message", (data, isBinary) => {
      if (!isBinary) onText(data.toString());
    });
  });
}

function createSocket(settings: SocketSettings, trace: Readonly<Record<string, string>>): WebSocket {
  const options: ClientOptions = {
    headers: { ...settings.headers, ...trace },
    perMessageDeflate: false,
    maxPayload: MAX_PAYLOAD_BYTES,
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
  try {
    return new WebSocket(settings.urls.socket, options);
  } catch (cause) {
    throw new ConnectionError("WebSocket cannot be opened", { cause }); // a header that HTTP does not allow
  }
}

/** Closes politely, then firmly. Resolves when the socket is gone. */
export function closeSocket(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
    socket.close(1000);
  });
}

/** The server never pings and never times out, so a dead path shows only to a client that asks. */
function keepAlive(socket: WebSocket, intervalMs: number): void {
  if (intervalMs === 0) return;
  let owed: NodeJS.Timeout | undefined;
  const interval = setInterval(
    () => {
      socket.ping();
      owed ??= setTimeout(giveUp, PONG_TIMEOUT_MS).unref();
    },
    Math.min(intervalMs, LONGEST_TIMER_MS),
  ).unref();
  // After a busy while, timers fire before what has long arrived is read: one more turn, then it is dead.
  const giveUp = () => setImmediate(() => owed && socket.terminate());
  const settled = () => {
    clearTimeout(owed);
    owed = undefined;
  };
  socket.on("pong", settled);
  socket.on("close", () => {
    clearInterval(interval);
    settled();
  });
}
