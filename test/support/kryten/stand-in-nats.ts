import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { NatsCommands } from "./nats-commands.js";

const MAX_PAYLOAD = 1024 * 1024;

interface Subscriber {
  readonly client: Client;
  readonly sid: string;
  readonly pattern: readonly string[];
  readonly queue: string | undefined;
  /** Messages until it ends by itself. */
  left: number;
}

interface Client {
  readonly socket: Socket;
  /** Wants to be told when nobody hears its question. */
  noResponders: boolean;
  echo: boolean;
}

interface Message {
  readonly subject: string;
  readonly reply: string | undefined;
  readonly headers: Buffer;
  readonly body: Buffer;
}

/**
 * As much of a NATS server as core messaging needs, over TCP: subjects with wildcards, queue groups, headers,
 * requests, "no responders". For programs that must run where no nats-server is; no logins, no TLS, no JetStream.
 */
export class StandInNats {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #subscribers: Subscriber[] = [];

  private constructor() {
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  static async start(): Promise<StandInNats> {
    const nats = new StandInNats();
    nats.#server.listen(0, "127.0.0.1");
    await once(nats.#server, "listening");
    return nats;
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #welcome(socket: Socket): void {
    const client: Client = { socket, noResponders: false, echo: true };
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#subscribers = this.#subscribers.filter((subscriber) => subscriber.client !== client);
    });
    const commands = new NatsCommands((line, payload) => this.#take(client, line, payload));
    socket.on("data", (data) => commands.push(data));
    const { port } = this.#server.address() as AddressInfo;
    const info = {
      server_id: "STANDIN",
      server_name: "stand-in",
      version: "2.10.0",
      proto: 1,
      headers: true,
      host: "127.0.0.1",
      port,
      max_payload: MAX_PAYLOAD,
    };
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
  }

  #take(client: Client, [verb = "", ...args]: readonly string[], payload: Buffer): void {
    switch (verb.toUpperCase()) {
      case "CONNECT": {
        const wishes = JSON.parse(args.join(" ")) as Record<string, unknown>;
        client.noResponders = wishes.no_responders === true;
        client.echo = wishes.echo !== false;
        return;
      }
      case "PING":
        client.socket.write("PONG\r\n");
        return;
      case "SUB":
        this.#subscribe(client, args);
        return;
      case "UNSUB":
        this.#unsubscribe(client, args);
        return;
      case "PUB":
        this.#publish(client, { ...addressed(args), headers: Buffer.alloc(0), body: payload });
        return;
      case "HPUB": {
        const size = Number(args.at(-2));
        const headers = payload.subarray(0, size);
        this.#publish(client, { ...addressed(args.slice(0, -1)), headers, body: payload.subarray(size) });
        return;
      }
    }
  }

  #subscribe(client: Client, args: readonly string[]): void {
    const [subject = "", ...rest] = args;
    const sid = rest.at(-1) ?? "";
    const queue = rest.length > 1 ? rest[0] : undefined;
    const pattern = subject.split(".");
    this.#subscribers.push({ client, sid, pattern, queue, left: Number.POSITIVE_INFINITY });
  }

  #unsubscribe(client: Client, [sid, max]: readonly string[]): void {
    const found = this.#subscribers.find((each) => each.client === client && each.sid === sid);
    if (found === undefined) return;
    found.left = Number(max ?? 0);
    if (found.left <= 0) this.#drop(found);
  }

  #publish(from: Client, message: Message): void {
    const tokens = message.subject.split(".");
    const heard = this.#subscribers.filter(
      ({ client, pattern }) => matches(pattern, tokens) && (from.echo || client !== from),
    );
    if (heard.length === 0 && message.reply !== undefined && from.noResponders) {
      const nobody = { subject: message.reply, reply: undefined, body: Buffer.alloc(0) };
      this.#publish(from, { ...nobody, headers: Buffer.from("NATS/1.0 503\r\n\r\n") });
    }
    for (const subscriber of onePerQueue(heard)) this.#deliver(subscriber, message);
  }

  #deliver(subscriber: Subscriber, { subject, reply, headers, body }: Message): void {
    const { socket } = subscriber.client;
    const address = [subject, subscriber.sid, ...(reply === undefined ? [] : [reply])].join(" ");
    const size = headers.length + body.length;
    socket.write(
      headers.length > 0 ? `HMSG ${address} ${headers.length} ${size}\r\n` : `MSG ${address} ${size}\r\n`,
    );
    socket.write(Buffer.concat([headers, body, Buffer.from("\r\n")]));
    subscriber.left -= 1;
    if (subscriber.left <= 0) this.#drop(subscriber);
  }

  #drop(gone: Subscriber): void {
    this.#subscribers = this.#subscribers.filter((each) => each !== gone);
  }
}

/** `subject [reply] size` */
function addressed(args: readonly string[]): { subject: string; reply: string | undefined } {
  return { subject: args[0] ?? "", reply: args.length > 2 ? args[1] : undefined };
}

/** `*` stands for one token, `>` at the end for one or more. */
function matches(pattern: readonly string[], subject: readonly string[]): boolean {
  const last = pattern.length - 1;
  if (pattern[last] === ">")
    return subject.length >= pattern.length && matches(pattern.slice(0, last), subject.slice(0, last));
  if (pattern.length !== subject.length) return false;
  return pattern.every((token, index) => token === "*" || token === subject[index]);
}

/** Everyone without a queue, and one of each queue by chance. */
function onePerQueue(heard: readonly Subscriber[]): Subscriber[] {
  const queues = new Map<string, Subscriber[]>();
  for (const subscriber of heard) {
    if (subscriber.queue === undefined) continue;
    queues.set(subscriber.queue, [...(queues.get(subscriber.queue) ?? []), subscriber]);
  }
  const chosen = [...queues.values()].map(
    (members) => members[Math.floor(Math.random() * members.length)] as Subscriber,
  );
  return [...heard.filter(({ queue }) => queue === undefined), ...chosen];
}
