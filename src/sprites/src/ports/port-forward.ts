import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { callBack } from "../callback.js";
import { tell } from "../telemetry/safely.js";

/** Only this machine may use what is forwarded. */
const LOCAL_HOST = "127.0.0.1";

/** Connects to the port in the sandbox. */
type Connect = (signal: AbortSignal) => Promise<Duplex>;

/** A port of this machine that leads into a sandbox. Keeps the process alive until it is closed. */
export class PortForward implements AsyncDisposable {
  readonly host = LOCAL_HOST;
  readonly port: number;
  /** Called when a connection could not be made, whose local end is closed then. What it throws changes nothing. */
  onError: ((error: unknown) => void) | undefined;
  readonly #server: Server;
  readonly #closing = new AbortController();
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, connect: Connect, signal: AbortSignal | undefined) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (socket) => void this.#forward(socket, connect));
    server.on("error", (error) => callBack(this.onError, error));
    const close = (): void => void this.close();
    signal?.addEventListener("abort", close, { once: true });
    server.once("close", () => signal?.removeEventListener("abort", close));
  }

  /** Port 0 is any free one. The signal closes what is forwarded. */
  static async listen(localPort: number, connect: Connect, signal?: AbortSignal): Promise<PortForward> {
    const server = createServer({ pauseOnConnect: true });
    signal?.throwIfAborted();
    server.listen(localPort, LOCAL_HOST);
    await once(server, "listening");
    if (signal?.aborted) server.close();
    signal?.throwIfAborted();
    return new PortForward(server, connect, signal);
  }

  /** Where to connect to, such as `127.0.0.1:3000`. */
  get address(): string {
    return `${this.host}:${this.port}`;
  }

  /** Stops listening and ends all connections. Twice does nothing. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #forward(socket: Socket, connect: Connect): Promise<void> {
    this.#sockets.add(socket);
    const left = new AbortController();
    const stop = (): void => left.abort();
    this.#closing.signal.addEventListener("abort", stop, { once: true });
    socket.on("error", stop);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#closing.signal.removeEventListener("abort", stop);
      stop();
    });
    try {
      join(socket, await connect(left.signal));
    } catch (error) {
      socket.destroy();
      if (!left.signal.aborted) callBack(this.onError, error);
    }
  }
}

/** Not `pipeline`: that drops what was not written yet of the one when the other has ended. */
function join(socket: Socket, tunnel: Duplex): void {
  socket.once("close", () => tunnel.destroy());
  tunnel.on("error", (error) => tell("debug", "a forwarded connection was lost", error));
  tunnel.once("close", () => {
    socket.resume();
    socket.destroySoon();
  });
  socket.pipe(tunnel).pipe(socket);
}
