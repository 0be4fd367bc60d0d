import { createHash } from "node:crypto";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

const ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** One WebSocket frame as a server sends it. */
export function frame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.of(0x80 | opcode, length), payload]);
  return Buffer.concat([Buffer.of(0x80 | opcode, 126, length >> 8, length & 255), payload]);
}

export const binary = (...bytes: (Uint8Array | number | string)[]): Buffer =>
  frame(
    2,
    Buffer.concat(bytes.map((part) => (typeof part === "number" ? Buffer.of(part) : Buffer.from(part)))),
  );
export const text = (message: string): Buffer => frame(1, Buffer.from(message));
export const json = (message: object): Buffer => text(JSON.stringify(message));
export const closing = (code: number, reason = ""): Buffer =>
  frame(8, Buffer.concat([Buffer.of(code >> 8, code & 255), Buffer.from(reason)]));

/** What a connection is answered with: `accept` is the 101 that its request asks for. */
export type Script = (socket: Socket, accept: Buffer) => void;

/**
 * A WebSocket server one level lower: it writes bytes, so that frames can be cut anywhere, share a segment with the
 * 101, or be no frames at all. Every connection is answered by the script of the moment.
 */
export class RawServer {
  script: Script = (socket) => void socket.destroy();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(): Promise<RawServer> {
    const server = new RawServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    socket.once("data", (request) => this.script(socket, accepting(request.toString())));
  }
}

function accepting(request: string): Buffer {
  const key = /sec-websocket-key: (.*)\r/i.exec(request)?.[1] ?? "";
  const accept = createHash("sha1")
    .update(key + ACCEPT)
    .digest("base64");
  return Buffer.from(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
}
