import { WebSocket } from "ws";
import { type Mode, parseMessage, type WireMessage } from "./shape.js";
import type { Store } from "./store.js";

const REPLAY_LIMIT = 500;

interface Connection {
  readonly socket: WebSocket;
  readonly channels: Set<string>;
  viewer: boolean;
}

/** What the hub needs of the server. */
export interface HubHost {
  readonly store: Store;
  readonly mode: Mode;
  /** False: a frame is taken but not sent back. */
  echoes(): boolean;
  onFrame(text: string): void;
  enqueue(message: WireMessage): void;
}

/** Open sockets: agents until they say hello, viewers of everything from then on. */
export class Hub {
  readonly #host: HubHost;
  readonly #connections = new Set<Connection>();
  /** Answered, as `ws` does by itself. */
  pings = 0;

  constructor(host: HubHost) {
    this.#host = host;
  }

  get stats() {
    const viewers = [...this.#connections].filter(({ viewer }) => viewer).length;
    return { total: this.#connections.size, viewers, agents: this.#connections.size - viewers };
  }

  add(socket: WebSocket): void {
    const connection: Connection = { socket, channels: new Set(), viewer: false };
    this.#connections.add(connection);
    socket.on("error", () => {});
    socket.on("ping", () => {
      this.pings += 1;
    });
    socket.on("close", () => this.#connections.delete(connection));
    socket.on("message", (data, isBinary) => {
      if (!isBinary) this.#receive(connection, data.toString());
    });
  }

  broadcast(message: WireMessage): void {
    const text = JSON.stringify(message);
    for (const { socket, viewer, channels } of this.#connections) {
      if (viewer || channels.has(message.channel)) socket.send(text);
    }
  }

  /** Any bytes to every socket. */
  sendRaw(data: string | Buffer): void {
    for (const { socket } of this.#connections) socket.send(data, { binary: typeof data !== "string" });
  }

  /** Ends sockets without a closing handshake, as a crash does. */
  drop(kind: "all" | "viewers" | "agents" = "all"): void {
    for (const { socket, viewer } of this.#connections) {
      if (kind === "all" || viewer === (kind === "viewers")) socket.terminate();
    }
  }

  /** Reads nothing any more, so that not even pings are answered. */
  freeze(): void {
    for (const { socket } of this.#connections) socket.pause();
  }

  /** Ends sockets politely. */
  close(code: number): void {
    for (const { socket } of this.#connections) socket.close(code);
  }

  #receive(connection: Connection, text: string): void {
    this.#host.onFrame(text);
    if (connection.viewer) return; // a viewer's frames are ignored
    const frame = parseJson(text);
    if (typeof frame === "object" && frame !== null && "subscribe" in frame) {
      connection.viewer = true;
      this.#replay(connection.socket);
      return;
    }
    let message: WireMessage;
    try {
      message = parseMessage(frame, this.#host.mode);
    } catch {
      return; // dropped without a word
    }
    connection.channels.add(message.channel);
    this.#host.store.add(message);
    if (this.#host.echoes()) this.broadcast(message);
    this.#host.enqueue(message);
  }

  #replay(socket: WebSocket): void {
    const { store } = this.#host;
    for (const channel of store.channels()) {
      for (const message of store.list(channel, REPLAY_LIMIT)) {
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
      }
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
