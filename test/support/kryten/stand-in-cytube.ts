import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { Certificate } from "./certificate.js";

/** A frame that the bridge sent. */
export type Frame = readonly [event: string, ...args: unknown[]];

const ANSWERS: Readonly<Record<string, (payload: never) => Frame[]>> = {
  login: () => [["login", { success: true, name: "Bot", rank: 3 }]],
  requestPlaylist: () => [
    ["playlist", [{ uid: 1, temp: false, queueby: "ann", media: { id: "a", title: "A" } }]],
  ],
  queue: ({ type, id }: { type: string; id: string }) =>
    id === "private"
      ? [["queueFail", { msg: "Private video", link: "x", id }]]
      : [
          [
            "queue",
            { item: { uid: 77, temp: true, queueby: "Bot", media: { id, type, title: "T" } }, after: 1 },
          ],
        ],
  requestBanlist: () => [["banlist", [{ id: 7, ip: "x", name: "troll", reason: "", bannedby: "ann" }]]],
  requestChannelRanks: () => [["channelRanks", [{ name: "ann", rank: 4 }]]],
  readChanLog: () => [["readChanLog", { success: true, data: "a line" }]],
  searchMedia: () => [["searchResults", { source: "library", results: [{ id: "v", title: "found" }] }]],
};

/**
 * As much of CyTube as a bridge needs to believe it is connected: the socket configuration over HTTPS with a
 * certificate of its own, and Socket.IO 2 over plain HTTP, all on loopback.
 */
export class StandInCytube {
  readonly frames: Frame[] = [];
  readonly domain: string;
  readonly #certificate: Certificate;
  readonly #servers: Server[];
  readonly #sockets: WebSocketServer;
  #socket: WebSocket | undefined;

  private constructor(certificate: Certificate, domain: string, servers: Server[], sockets: WebSocketServer) {
    this.#certificate = certificate;
    this.domain = domain;
    this.#servers = servers;
    this.#sockets = sockets;
  }

  static async start(): Promise<StandInCytube> {
    const certificate = new Certificate();
    const handshake = JSON.stringify({
      sid: "s1",
      pingInterval: 25_000,
      pingTimeout: 60_000,
      upgrades: ["websocket"],
    });
    const plain = createServer((_request, response) => response.end(`0${handshake}`));
    const port = await listen(plain);
    const configuration = JSON.stringify({ servers: [{ url: `http://127.0.0.1:${port}` }] });
    const tls = { key: readFileSync(certificate.key), cert: readFileSync(certificate.cert) };
    const secure = createSecureServer(tls, (_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(configuration);
    });
    const securePort = await listen(secure);
    const sockets = new WebSocketServer({ server: plain });
    const cytube = new StandInCytube(certificate, `localhost:${securePort}`, [plain, secure], sockets);
    sockets.on("connection", (socket) => cytube.#accept(socket));
    return cytube;
  }

  /** File of the certificate to be trusted. */
  get certificate(): string {
    return this.#certificate.cert;
  }

  /** Sends an event to the bridge. */
  emit(...frame: Frame): void {
    this.#socket?.send(`42${JSON.stringify(frame)}`);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    this.#certificate[Symbol.dispose]();
  }

  #accept(socket: WebSocket): void {
    this.#socket = socket;
    socket.on("message", (data) => {
      const text = String(data);
      if (text === "2probe") socket.send("3probe");
      else if (text === "5") socket.send("40");
      else if (text === "2") socket.send("3");
      else if (text.startsWith("42")) this.#take(JSON.parse(text.slice(2)) as Frame);
    });
  }

  #take(frame: Frame): void {
    this.frames.push(frame);
    const [event, payload] = frame;
    for (const answer of ANSWERS[event]?.(payload as never) ?? []) this.emit(...answer);
    // After it is greeted the bridge swallows one frame, or waits for it.
    if (event === "joinChannel") this.emit("usercount", 1);
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
