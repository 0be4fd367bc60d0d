import { context } from "@opentelemetry/api";
import { Deadline } from "../deadline.js";
import { ConnectionError, ExecutionError, invalidState } from "../errors.js";
import { Channel, type Handshake, type Loss, toLossError } from "../socket/channel.js";
import { type ExecFacts, type ExecFailure, ExecSpan } from "../telemetry/exec-span.js";
import { tell } from "../telemetry/safely.js";
import { errorType, propagationHeaders } from "../telemetry/tracing.js";
import { Waiters } from "../waiters.js";
import type { Plan } from "./exec-options.js";
import { Inbound } from "./inbound.js";
import { killSession } from "./kill.js";
import { Output, type StreamName } from "./output.js";
import { type StdinChunk, StdinWriter } from "./stdin-writer.js";

/** How a command ended, as far as this client knows. */
export type Outcome =
  | { readonly kind: "exited"; readonly code: number }
  | ({ readonly kind: "failed" } & ExecFailure)
  | { readonly kind: "detached" };

interface Observer {
  /** True when somebody looks at this stream right now. */
  observes(stream: StreamName): boolean;
  onData(stream: StreamName, data: Buffer): void;
  onExit(code: number): void;
  onControl(text: string): void;
}

/** How long a killed command gets to be gone, and a joined session to introduce itself. */
const KILL_WAIT_MS = 250;
const INTRODUCTION_MS = 10_000;

/** One command on the wire: from dialling to the exit code, or to the loss that stands in for it. */
export class Session {
  readonly output: Output;
  /** Resolves with the outcome; never rejects. */
  readonly done: Promise<Outcome>;
  outcome: Outcome | undefined;
  exitCode: number | null = null;
  /** The command runs and can be talked to, or has done so. */
  isOpen = false;
  readonly #plan: Plan;
  readonly #observer: Observer;
  readonly #inbound: Inbound;
  readonly #waiters = new Waiters();
  #channel: Channel | undefined;
  #stdin: StdinWriter | undefined;
  #span: ExecSpan | undefined;
  #canSignal = false;
  #killing: Promise<void> | undefined;
  #exitSeen: (() => void) | undefined;
  readonly #received = { stdout: 0, stderr: 0, output: 0 };
  #overflowed = false;

  constructor(plan: Plan, observer: Observer) {
    this.#plan = plan;
    this.#observer = observer;
    this.#inbound = new Inbound(plan.joins === undefined ? plan.facts.tty : undefined, plan.config, {
      onSession: (fields) => this.#onSession(fields),
      onOutput: (stream, data) => this.#onOutput(stream, data),
      onPort: (opened, fields) => this.#onPort(opened, fields),
      onControl: (text) => this.#inSpan(() => observer.onControl(text)),
      onExit: (code) => this.#onExit(code),
      onLost: (loss) => this.#onLost(loss),
    });
    this.output = new Output(plan.collect, {
      pause: () => {
        this.#channel?.pause();
        this.#inbound.pause();
      },
      resume: () => {
        this.#channel?.resume();
        this.#inbound.resume();
      },
    });
    this.done = this.#waiters.wait().then(() => this.outcome as Outcome);
  }

  /** Whether the command has a TTY; of a session that was joined, known once it is open. */
  get tty(): boolean {
    return this.#inbound.tty;
  }

  /** The server's id of the command, once told. */
  get sessionId(): string | undefined {
    return this.#inbound.sessionId;
  }

  /** Resolves with the outcome, or without one when the signal aborts first. */
  async outcomeBefore(signal: AbortSignal): Promise<Outcome | undefined> {
    if (this.outcome === undefined) await this.#waiters.wait(signal);
    return this.outcome;
  }

  /** Dials. The span belongs to the context that is active now. */
  async open(mode: ExecFacts["mode"]): Promise<void> {
    const { config, facts } = this.#plan;
    const span = new ExecSpan(config, { ...facts, mode }, context.active());
    this.#span = span;
    try {
      using deadline = new Deadline(config.connectTimeout);
      const headers = propagationHeaders(config, span.context);
      const dial = { url: this.#plan.url(span.context), headers, purpose: "exec" } as const;
      const inbound = this.#inbound;
      const channel = new Channel(config, dial, {
        onOpen: (handshake) => this.#onOpen(handshake, span),
        onBinary: (data) => inbound.binary(data),
        onText: (text) => inbound.text(text),
        onHeard: () => inbound.heard(),
        onClosed: (loss) => inbound.closed(loss),
      });
      this.#channel = channel;
      if (inbound.isReadable) this.#stdin = new StdinWriter(channel, inbound.tty);
      await channel.open(deadline);
      if (!inbound.isReadable) await this.#awaitIntroduction();
    } catch (error) {
      this.#finish({ kind: "failed", error });
    }
    if (this.outcome?.kind === "failed") throw this.outcome.error;
    if (!this.isOpen) throw invalidState("the command was closed while it was connecting");
  }

  /** One text frame. @throws ExecutionError unless the connection is open. */
  sendText(text: string): void {
    this.connected().send(text);
  }

  /** @throws ExecutionError unless the connection is open. */
  connected(): Channel {
    if (this.outcome !== undefined) throw invalidState("the command is over or was closed");
    if (!this.isOpen) throw invalidState("the command is not connected yet: await start() first");
    return this.#channel as Channel;
  }

  /** Rejects when the command ends before it took the input. */
  async write(data: StdinChunk): Promise<void> {
    this.connected();
    await this.#sending(this.#stdin?.write(data));
  }

  async endStdin(): Promise<void> {
    this.connected();
    this.event("sprites.stdin_eof");
    await this.#sending(this.#stdin?.end());
  }

  event(name: string, attributes?: Record<string, number | string>): void {
    this.#span?.event(name, attributes);
  }

  /** By text frame when the server can, else through the API, which makes sure the command is gone. */
  async signal(name: string): Promise<void> {
    this.connected();
    if (this.#canSignal) this.sendText(JSON.stringify({ type: "signal", signal: name }));
    else if (this.sessionId === undefined)
      throw invalidState("the server has not told yet which session this is");
    else await killSession(this.#plan.config, this.#plan.spriteId, this.sessionId, `SIG${name}`);
  }

  /** Kills the command and closes the connection; the outcome is `error`. Resolves when that is done, or given up. */
  kill(error: unknown, type = errorType(error)): Promise<void> {
    this.#killing ??= this.#kill({ kind: "failed", error, type });
    return this.#killing;
  }

  /** Detaches: what becomes of the command is up to the server. Resolves when the socket is gone. */
  async detach(): Promise<void> {
    // Not a microtask later: a callback that closes gets no more output.
    if (this.#killing !== undefined) await this.#killing;
    this.#finish({ kind: "detached" });
    await this.#channel?.leave();
  }

  async #sending(sent: Promise<void> | undefined): Promise<void> {
    try {
      await sent;
    } catch {
      // A write fails a moment before the connection tells that it has ended, and how.
      const outcome = await this.done;
      if (outcome.kind === "failed") throw outcome.error;
      throw invalidState("the command ended before it took all input");
    }
  }

  async #kill(outcome: Outcome): Promise<void> {
    if (this.outcome !== undefined) return;
    if (this.isOpen) await this.#end();
    this.#finish(outcome);
    await this.#channel?.leave();
  }

  async #end(): Promise<void> {
    using deadline = new Deadline(KILL_WAIT_MS);
    const gone = new Promise<void>((resolve) => {
      this.#exitSeen = resolve;
    });
    this.#span?.event("sprites.killed", { signal: "TERM" });
    if (this.sessionId === undefined && !this.#canSignal) await deadline.race(this.#inbound.introduced);
    const asked = this.signal("TERM").catch((cause) => tell("debug", "cannot kill a command", cause));
    await deadline.race(Promise.all([asked, Promise.race([gone, this.done])]));
    // A command that ignores TERM would outlive us; with a TTY, for ever.
    if (this.exitCode !== null || !this.#canSignal || this.outcome !== undefined) return;
    this.#channel?.send(JSON.stringify({ type: "signal", signal: "KILL" }));
  }

  #onOpen({ serverVersion, capabilities }: Handshake, span: ExecSpan): void {
    // At once, before any frame: callbacks may answer the first output.
    this.isOpen = this.#inbound.isReadable;
    this.#canSignal = capabilities.has("signal");
    if (serverVersion !== undefined) span.set({ "sprites.server.version": serverVersion });
    span.event("sprites.connected");
  }

  #onPort(opened: boolean, { port, pid }: Readonly<Record<string, unknown>>): void {
    this.event(opened ? "sprites.port_opened" : "sprites.port_closed", {
      ...(typeof port === "number" && { port }),
      ...(typeof pid === "number" && { pid }),
    });
  }

  #onSession({ command }: Readonly<Record<string, unknown>>): void {
    const { sessionId = "", tty } = this.#inbound;
    this.#span?.set({
      "sprites.session.id": sessionId,
      ...(/^\d+$/.test(sessionId) && { "process.pid": Number(sessionId) }),
    });
    this.event("sprites.session");
    if (this.isOpen) return;
    this.isOpen = true;
    this.#stdin = new StdinWriter(this.#channel as Channel, tty);
    if (typeof command === "string") this.#span?.joined(command, tty);
  }

  async #awaitIntroduction(): Promise<void> {
    using deadline = new Deadline(INTRODUCTION_MS);
    await deadline.race(this.#inbound.introduced);
    if (!this.#inbound.isReadable && this.outcome === undefined) {
      throw new ConnectionError("the server did not tell which session this is");
    }
  }

  #onOutput(stream: StreamName, data: Buffer): void {
    const received = this.#received;
    // A killed command prints on until it is gone.
    if (data.length === 0 || this.#overflowed) return;
    if (received.stdout + received.stderr + received.output === 0) this.event("sprites.first_output");
    received[stream] += data.length;
    const observed = this.#observer.observes(stream);
    this.output.push(stream, data, observed);
    if (observed) this.#inSpan(() => this.#observer.onData(stream, data));
    if (received.stdout + received.stderr + received.output > this.#plan.maxBuffer) {
      this.#overflowed = true;
      const message = `the output is larger than maxBuffer (${this.#plan.maxBuffer} bytes)`;
      void this.kill(new ExecutionError(message, { errorCode: "MAX_BUFFER" }));
    }
  }

  #onExit(code: number): void {
    if (this.#killing === undefined) {
      this.#finish({ kind: "exited", code });
      return;
    }
    // The outcome is that of the kill; the exit code is known all the same.
    this.exitCode = code;
    this.#inSpan(() => this.#observer.onExit(code));
    this.#exitSeen?.();
  }

  #onLost(loss: Loss): void {
    if (this.#killing !== undefined) {
      this.#exitSeen?.();
      return;
    }
    const { closeCode, error: cause } = loss;
    const what = "the connection was lost before the exit code came";
    const error = cause instanceof ExecutionError ? cause : toLossError(what, loss, this.#plan.config);
    this.#finish({ kind: "failed", error, closeCode });
  }

  /** In the order that callers count on: streams end, then the code is there, then callback, waiters, span, socket. */
  #finish(outcome: Outcome): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.#inbound.stop();
    if (outcome.kind === "failed") this.output.fail(outcome.error);
    else this.output.end();
    if (outcome.kind === "exited") {
      this.exitCode = outcome.code;
      this.#inSpan(() => this.#observer.onExit(outcome.code));
    }
    this.#waiters.wake();
    this.#endSpan(outcome);
    // Never cut off: with output unread that resets the connection, and what was sent last, a KILL, would be lost.
    void this.#channel?.leave();
  }

  #endSpan(outcome: Outcome): void {
    const { stdout, stderr, output } = this.#received;
    const bytes: Record<string, number> = this.tty ? { output } : { stdout, stderr };
    const span = this.#span;
    span?.transferred({ stdin: this.#stdin?.sent ?? 0, ...bytes });
    if (outcome.kind === "exited") span?.exited(outcome.code, this.#plan.nonZeroExitIsError);
    else if (outcome.kind === "detached") span?.detached();
    else span?.failed(outcome, this.exitCode);
  }

  /** The socket's events come without the caller's context; spans made in callbacks belong to the command. */
  #inSpan(callback: () => void): void {
    context.with(this.#span?.context ?? context.active(), callback);
  }
}
