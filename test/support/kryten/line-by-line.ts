import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Hands over what a server says one line at a time, as a slow network may: `-ERR` and `PONG` come apart. */
export class LineByLine {
  readonly #listener: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(listener: Server) {
    this.#listener = listener;
  }

  static async before(port: number): Promise<LineByLine> {
    const proxy = new LineByLine(createServer());
    proxy.#listener.on("connection", (client) => void proxy.#carry(client, connect(port, "127.0.0.1")));
    await once(proxy.#listener.listen(0, "127.0.0.1"), "listening");
    return proxy;
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  async #carry(client: Socket, server: Socket): Promise<void> {
    for (const socket of [client, server]) {
      this.#sockets.add(socket.setNoDelay(true).on("error", () => {}));
      socket.on("close", () => [client, server].map((end) => end.destroy()));
    }
    client.pipe(server);
    try {
      for await (const bytes of server as AsyncIterable<Buffer>) {
        for (const line of bytes.toString("latin1").split(/(?<=\n)/)) {
          client.write(line, "latin1");
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    } catch {
      // Either side hung up.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#listener.close(resolve));
  }
}
