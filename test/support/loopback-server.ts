import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { KEEP_ALIVE } from "./keep-alive.js";

/** What every stand-in that speaks HTTP stands on: a server on a free port of the loopback interface. */
export class LoopbackServer {
  readonly #server: Server;
  #port = 0;

  constructor(listener: RequestListener) {
    this.#server = createServer(KEEP_ALIVE, listener);
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Also once it is closed, when nobody answers there. */
  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Stops at once, dropping what is under way. */
  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}
