import { Duplex } from "node:stream";
import { context } from "@opentelemetry/api";
import { readLimits } from "../arguments.js";
import type { Config } from "../config.js";
import { Deadline } from "../deadline.js";
import { ConnectionError } from "../errors.js";
import { readObject } from "../rest/json.js";
import type { Limits } from "../rest/rest.js";
import { fillTemplate } from "../rest/transport.js";
import { Channel, type Dial, type Loss, toLossError } from "../socket/channel.js";
import { ClientSpan } from "../telemetry/client-span.js";
import { errorType, propagationHeaders } from "../telemetry/tracing.js";

/** What to reach from inside a sandbox. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** The server takes messages of 10 MiB at most, and sends some 32 KiB at a time. */
const SLICE = 256 * 1024;
/** How a connection ends whose other end has closed it: in good order, or without a close frame. */
const ORDERLY: ReadonlySet<number> = new Set([1000, 1001, 1005, 1006]);

/** Connects through the service. The span ends when bytes can flow. */
export async function openTunnel(
  config: Config,
  spriteId: string,
  target: Target,
  given: Limits | undefined,
): Promise<Duplex> {
  const limits = readLimits(given);
  limits.signal?.throwIfAborted();
  const path = fillTemplate({
    template: "/v1/sprites/{name}/proxy",
    params: { name: spriteId },
    purpose: "proxy",
  });
  const attributes = {
    "sprites.sprite.id": spriteId,
    "sprites.proxy.host": target.host,
    "sprites.proxy.port": target.port,
  };
  using deadline = new Deadline(limits.timeout ?? config.connectTimeout, limits.signal);
  const span = new ClientSpan(config, "proxy connect", attributes, context.active());
  const dial: Dial = {
    url: `${config.socketEndpoint}${path}`,
    headers: propagationHeaders(config, span.context),
    purpose: "proxy",
  };
  const tunnel = new Tunnel(config, dial, target);
  try {
    await tunnel.open(deadline);
    return tunnel;
  } catch (error) {
    tunnel.destroy();
    const { status } = error as { status?: unknown };
    if (typeof status === "number") span.set({ "http.response.status_code": status });
    span.fail(errorType(error, limits.signal), error);
    throw error;
  } finally {
    span.end();
  }
}

/** The bytes of one connection. The service cannot close half of one, so what ends in either direction ends as a whole. */
class Tunnel extends Duplex {
  readonly #config: Config;
  readonly #channel: Channel;
  readonly #target: Target;
  readonly #opened: Promise<void>;
  #isPaused = false;
  /** The other end has closed it in good order. */
  #isOver = false;
  /** Settles `#opened`; undefined once bytes flow. */
  #settle: { resolve(): void; reject(error: Error): void } | undefined;

  constructor(config: Config, dial: Dial, target: Target) {
    super({ allowHalfOpen: false });
    this.#config = config;
    this.#target = target;
    this.#opened = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#opened.catch(() => undefined);
    this.#channel = new Channel(config, dial, {
      onOpen: () => this.#channel.send(JSON.stringify(target)),
      onBinary: (data) => this.#onBytes(data),
      onText: (text) => this.#onAnswer(text),
      onHeard: () => undefined,
      onClosed: (loss) => this.#onClosed(loss),
    });
  }

  async open(deadline: Deadline): Promise<void> {
    await this.#channel.open(deadline);
    await deadline.race(this.#opened);
    if (this.#settle === undefined) return;
    throw deadline.expired
      ? new ConnectionError(`${this.#failed} (no answer in time)`)
      : deadline.signal.reason;
  }

  override _read(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    let start = 0;
    for (; chunk.length - start > SLICE; start += SLICE)
      this.#channel.send(chunk.subarray(start, start + SLICE));
    this.#channel.send(chunk.subarray(start), (error) => {
      if (!error) done();
      // What the other end no longer takes is lost, as with TCP; what it sent before it closed must not be.
      else void this.#channel.gone.then(() => done(this.#isOver ? null : error));
    });
  }

  override _final(done: () => void): void {
    this.#channel.leave().then(() => {
      this.push(null);
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#channel.leave().then(() => done(error));
  }

  #onBytes(data: Buffer): void {
    if (this.push(data) || this.#isPaused) return;
    this.#isPaused = true;
    this.#channel.pause();
  }

  /** The first text frame answers what was asked; later ones mean nothing. */
  #onAnswer(text: string): void {
    const settle = this.#settle;
    if (settle === undefined) return;
    const { status } = readObject(parse(text));
    if (status !== "connected")
      settle.reject(new ConnectionError(`${this.#failed} (the server's answer is not understood)`));
    else {
      this.#settle = undefined;
      settle.resolve();
    }
  }

  #onClosed(loss: Loss): void {
    if (this.#settle !== undefined) this.#settle.reject(toLossError(this.#failed, loss, this.#config));
    else if (ORDERLY.has(loss.closeCode) && loss.error === undefined) {
      this.#isOver = true;
      this.push(null);
    } else this.destroy(toLossError("the connection was lost", loss, this.#config));
  }

  get #failed(): string {
    const { host, port } = this.#target;
    return `cannot connect to ${host}:${port} in the sandbox`;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
