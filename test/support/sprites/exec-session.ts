import { accessSync, constants } from "node:fs";
import type { Socket } from "node:net";
import { isAbsolute, join } from "node:path";
import type { WebSocket } from "ws";
import type { Faults } from "./faults.js";
import {
  loadPty,
  type ProcessRequest,
  type SandboxProcess,
  spawnInTerminal,
  spawnPiped,
} from "./processes.js";

/** The fixed environment of a sandbox; any `env` in the query replaces it. */
const SANDBOX_ENV: Readonly<Record<string, string>> = {
  HOME: "/home/sprite",
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  SANDBOX: "default",
};
const RING = 1024 * 1024;
const LAGGING = 4 * 1024 * 1024;
const DEFAULT_HOLD_MS = 300;

interface Client {
  readonly socket: WebSocket;
  readonly raw: Socket;
  readonly owner: boolean;
}

/** What the query of an exec request asks for. */
export interface ExecQuery extends ProcessRequest {
  readonly tty: boolean;
  readonly afterDisconnectMs: number;
}

/** The part of a sandbox that a request needs. */
interface Place {
  readonly home: string;
  folderFor(path: string): string;
}

export function readExecQuery(query: URLSearchParams, place: Place): ExecQuery {
  const tty = query.get("tty") === "true";
  const args = query.getAll("cmd");
  const env = query.getAll("env");
  return {
    path: query.get("path") ?? args[0] ?? "bash",
    args,
    cwd: place.folderFor(query.get("dir") ?? place.home),
    env:
      env.length > 0
        ? Object.fromEntries(
            env.map((entry) => [entry.split("=", 1)[0], entry.slice(entry.indexOf("=") + 1)]),
          )
        : { ...SANDBOX_ENV },
    tty,
    stdin: query.has("stdin") ? query.get("stdin") === "true" : tty,
    cols: Number(query.get("cols") ?? 80),
    rows: Number(query.get("rows") ?? 24),
    afterDisconnectMs: readDuration(query.get("max_run_after_disconnect") ?? (tty ? "0" : "10s")),
  };
}

/** `200ms`, `10s`, `5m`, bare seconds; `0` = for ever. */
export function readDuration(text: string): number {
  const [, amount = "0", unit = "s"] = /^(\d+)(ms|s|m)?$/.exec(text) ?? [];
  const ms = Number(amount) * { ms: 1, s: 1000, m: 60_000 }[unit as "ms" | "s" | "m"];
  return ms === 0 ? Number.POSITIVE_INFINITY : ms;
}

/** One command of a sandbox: a real process, and the clients that watch it. */
export class ExecSession {
  readonly query: ExecQuery;
  readonly created = new Date();
  readonly #faults: Faults;
  readonly #process: SandboxProcess;
  readonly #clients = new Set<Client>();
  readonly #onGone: () => void;
  /** Frames so far, for those who come later. */
  #ring: Buffer[] = [];
  #ringBytes = 0;
  #disconnectTimer: NodeJS.Timeout | undefined;
  #lagTimer: NodeJS.Timeout | undefined;
  #ended: number | undefined;
  readonly ended: Promise<number>;
  #resolveEnded!: (code: number) => void;

  constructor(query: ExecQuery, faults: Faults, onGone: () => void) {
    this.query = query;
    this.#faults = faults;
    this.#onGone = onGone;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const events = {
      onOutput: (stream: "stdout" | "stderr" | "output", data: Buffer) => this.#onOutput(stream, data),
      onEnd: (code: number) => this.#onEnd(code),
      onMissing: () => {
        this.#onOutput("stderr", Buffer.from(`${query.path}: not found\n`));
        this.#onEnd(127);
      },
    };
    const pty = query.tty ? loadPty() : undefined;
    if (query.tty && pty === undefined)
      throw new Error("no pseudo terminal: @lydell/node-pty is not installed");
    this.#process = pty ? spawnInTerminal(pty, query, events) : spawnPiped(query, events);
  }

  get id(): string {
    return String(this.#process.pid);
  }

  get command(): string {
    return this.query.args.join(" ");
  }

  /** Must run in the tick of the 101: the first frames share its segment. */
  join(socket: WebSocket, raw: Socket, owner: boolean): void {
    const client: Client = { socket, raw, owner };
    const faults = this.#faults;
    clearTimeout(this.#disconnectTimer);
    if (faults.dropAt === "open") {
      raw.destroy();
      return;
    }
    this.#introduce(socket, owner);
    if (faults.errorFrame !== undefined) sendJson(socket, { type: "error", error: faults.errorFrame });
    if (faults.dropAt === "session") setTimeout(() => raw.destroy(), 20);
    if (faults.errorFrame !== undefined || faults.dropAt === "session") return;
    if (faults.noise) sendNoise(socket);
    for (const frame of this.#ring) socket.send(frame);
    this.#clients.add(client);
    if (this.#ended !== undefined) this.#tellExit(client, this.#ended);
    socket.on("message", (data: Buffer, isBinary) => this.#onMessage(data, isBinary));
    socket.on("close", () => this.#leave(client));
    if (faults.stallReads) raw.pause();
  }

  signal(name: NodeJS.Signals): void {
    this.#process.signal(name);
  }

  /** As a restore does: the process dies, and the sockets with it. */
  destroy(): void {
    for (const { raw } of this.#clients) raw.destroy();
    this.#clients.clear();
    clearTimeout(this.#disconnectTimer);
    this.signal("SIGKILL");
  }

  #introduce(socket: WebSocket, owner: boolean): void {
    const faults = this.#faults;
    if (!faults.noDebug) sendJson(socket, { type: "debug", msg: "exec started", pid: this.#process.pid });
    if (faults.noSessionInfo) return;
    sendJson(socket, {
      type: "session_info",
      session_id: faults.numericSessionId ? this.#process.pid : this.id,
      command: this.command,
      created: Math.floor(this.created.getTime() / 1000),
      cols: 0,
      rows: 0,
      is_owner: owner,
      tty: this.query.tty,
    });
  }

  #leave(client: Client): void {
    this.#clients.delete(client);
    const { afterDisconnectMs } = this.query;
    if (this.#clients.size > 0 || this.#ended !== undefined || !Number.isFinite(afterDisconnectMs)) return;
    this.#disconnectTimer = setTimeout(() => this.signal("SIGKILL"), afterDisconnectMs);
    this.#disconnectTimer.unref();
    this.#process.resume();
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    if (!isBinary) this.#onControl(data.toString());
    else if (this.query.tty) this.#process.write(data);
    else if (data[0] === 0) this.#process.write(data.subarray(1));
    else if (data[0] === 4 && data.length === 1) this.#process.endInput();
  }

  #onControl(text: string): void {
    const message = JSON.parse(text) as Record<string, unknown>;
    if (message.type === "resize") this.#process.resize(Number(message.cols), Number(message.rows));
    if (message.type === "signal") this.signal(`SIG${message.signal}` as NodeJS.Signals);
  }

  #onOutput(stream: "stdout" | "stderr" | "output", data: Buffer): void {
    const prefix = { stdout: Buffer.of(1), stderr: Buffer.of(2), output: Buffer.alloc(0) }[stream];
    const size = this.#faults.frameBytes ?? data.length;
    for (let start = 0; start < data.length; start += size) {
      const frame = Buffer.concat([prefix, data.subarray(start, start + size)]);
      this.#remember(frame);
      for (const client of this.#clients) this.#sendOutput(client, frame);
    }
    this.#slowDown();
  }

  #sendOutput({ socket, raw }: Client, frame: Buffer): void {
    const { dropAt } = this.#faults;
    // A header that announces 100 bytes, then three of them.
    if (dropAt === "mid-frame") raw.write(Buffer.from([0x82, 100, 1, 0x61, 0x62]));
    else socket.send(frame);
    if (dropAt !== undefined) setTimeout(() => raw.destroy(), 20);
  }

  #remember(frame: Buffer): void {
    this.#ring.push(frame);
    this.#ringBytes += frame.length;
    while (this.#ringBytes > RING) this.#ringBytes -= this.#ring.shift()?.length ?? 0;
  }

  /** Stops reading the process while a client lags, as the real server does. */
  #slowDown(): void {
    const lags = (): boolean => [...this.#clients].some(({ socket }) => socket.bufferedAmount > LAGGING);
    if (this.#lagTimer !== undefined || !lags()) return;
    this.#process.pause();
    this.#lagTimer = setInterval(() => {
      if (lags()) return;
      clearInterval(this.#lagTimer);
      this.#lagTimer = undefined;
      this.#process.resume();
    }, 5);
    this.#lagTimer.unref();
  }

  #onEnd(code: number): void {
    this.#ended = code;
    clearInterval(this.#lagTimer);
    clearTimeout(this.#disconnectTimer);
    for (const client of this.#clients) this.#tellExit(client, code);
    this.#resolveEnded(code);
    this.#onGone();
  }

  #tellExit({ socket, raw }: Client, code: number): void {
    const { closeWith, textExit } = this.#faults;
    if (closeWith !== undefined) {
      if (closeWith.code === 1006) raw.destroySoon();
      else socket.close(closeWith.code, closeWith.reason);
      return;
    }
    if (textExit !== "absent") sendJson(socket, { type: "exit", exit_code: code });
    // With a terminal the service drops the connection without a close frame.
    if (this.query.tty) raw.destroySoon();
    else this.#tellBinaryExit(socket, code);
  }

  #tellBinaryExit(socket: WebSocket, code: number): void {
    const {
      outputAfterTextExit = 0,
      binaryExit,
      binaryExitAfterMs = 0,
      holdMs = DEFAULT_HOLD_MS,
    } = this.#faults;
    if (outputAfterTextExit > 0) socket.send(Buffer.alloc(outputAfterTextExit + 1, "z").fill(1, 0, 1));
    const tell = (): void => {
      if (binaryExit === "empty") socket.send(Buffer.of(3));
      else if (binaryExit !== "absent") socket.send(Buffer.of(3, code));
    };
    if (binaryExitAfterMs === 0) tell();
    else setTimeout(tell, binaryExitAfterMs).unref();
    setTimeout(() => socket.close(1000), holdMs + binaryExitAfterMs).unref();
  }
}

/** Whether the program can be found the way a shell would. */
export function canRun({ path, cwd, env }: ExecQuery): boolean {
  const places = path.includes("/")
    ? [isAbsolute(path) ? path : join(cwd, path)]
    : (env.PATH ?? "").split(":").map((folder) => join(folder, path));
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function sendNoise(socket: WebSocket): void {
  socket.send(Buffer.from([9, 1, 2, 3]));
  socket.send(Buffer.alloc(0));
  socket.send("not json {");
  socket.send("[1,2]");
  sendJson(socket, { type: "later", news: true });
  sendJson(socket, { type: "port_opened", port: 3000, address: "127.0.0.1", pid: 42 });
}

function sendJson(socket: WebSocket, message: object): void {
  socket.send(JSON.stringify(message));
}
