import { type Context, context, diag } from "@opentelemetry/api";
import type { Config } from "../config.js";
import { Deadline } from "../deadline.js";
import { ConnectionError, ExecutionError, invalidState } from "../errors.js";
import { withoutSecrets } from "../rest/failure.js";
import { readId } from "../rest/json.js";
import { type ExecFacts, type ExecFailure, ExecSpan } from "../telemetry/exec-span.js";
import { errorType, propagationHeaders } from "../telemetry/tracing.js";
import { Channel } from "./channel.js";
import { ExitTracker, type Loss } from "./exit-tracker.js";
import { readControlFrame, STREAM } from "./frames.js";
import { Introduction } from "./introduction.js";
import { killSession } from "./kill.js";
import { Output, type StreamName } from "./output.js";
import { type StdinChunk, StdinWriter } from "./stdin-writer.js";

/** How a command ended, as far as this side knows. */
export type Outcome =
  | { readonly kind: "exited"; readonly code: number }
  | ({ readonly kind: "failed" } & ExecFailure)
  | { readonly kind: "detached" };

/** What to run, or which running session to join. */
export interface Plan {
  readonly config: Config;
  readonly spriteId: string;
  readonly facts: Omit<ExecFacts, "mode">;
  /** The session to join; absent for a new command. */
  readonly joins: string | undefined;
  readonly collect: boolean | undefined;
  readonly maxBuffer: number;
  readonly nonZeroExitIsError: boolean;
  /** Address to dial; gets the context of the span, for commands that shall see it. */
  url(span: Context): string;
}

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
  readonly done: Promise<Outcome>;
  outcome: Outcome | undefined;
  exitCode: number | null = null;
  sessionId: string | undefined;
  tty: boolean;
  #stdin: StdinWriter | undefined;
  /** The command runs and can be talked to, or has done so. */
  isOpen = false;
  readonly #plan: Plan;
  readonly #observer: Observer;
  #resolveDone!: (outcome: Outcome) => void;
  #channel: Channel | undefined;
  #exit: ExitTracker | undefined;
  #span: ExecSpan | undefined;
  #canSignal = false;
  #killing: Promise<void> | undefined;
  readonly #introduction: Introduction;
  #exitSeen: (() => void) | undefined;
  readonly #received = { stdout: 0, stderr: 0, output: 0 };
  #overflowed = false;
  #unknownFrames = 0;

  constructor(plan: Plan, observer: Observer) {
    this.#plan = plan;
    this.#observer = observer;
    this.tty = plan.facts.tty;
    this.#introduction = new Introduction(plan.joins !== undefined);
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
    this.output = new Output(plan.collect, {
      pause: () => {
        this.#channel?.pause();
        this.#exit?.pause();
      },
      resume: () => {
        this.#channel?.resume();
        this.#exit?.resume();
      },
    });
  }

  /** Dials. The span belongs to the context that is active now. */
  async open(mode: ExecFacts["mode"]): Promise<void> {
    const { config, facts } = this.#plan;
    const span = new ExecSpan(config, { ...facts, mode }, context.active());
    this.#span = span;
    try {
      using deadline = new Deadline(config.connectTimeout);
      const url = this.#plan.url(span.context);
      const channel = new Channel(config, url, propagationHeaders(config, span.context), {
        onOpen: ({ serverVersion, capabilities }) => {
          // At once, before any frame: callbacks may answer the first output.
          this.isOpen = !this.#introduction.isAwaited;
          this.#canSignal = capabilities.has("signal");
          if (serverVersion !== undefined) span.set({ "sprites.server.version": serverVersion });
          span.event("sprites.connected");
        },
        onBinary: (data) => this.#introduction.pass(() => this.#onBinary(data)),
        onText: (text) => this.#onText(text),
        onHeard: () => this.#exit?.heard(),
        onClosed: (loss) => this.#onClosed(loss),
      });
      this.#channel = channel;
      if (!this.#introduction.isAwaited) this.#introduceAs(facts.tty);
      await channel.open(deadline);
      if (this.#introduction.isAwaited) await this.#awaitIntroduction();
    } catch (error) {
      this.#finish({ kind: "failed", error });
    }
    if (this.outcome?.kind === "failed") throw this.outcome.error;
    if (!this.isOpen) throw invalidState("closed while it was connecting");
  }

  /** One text frame. @throws ExecutionError unless the connection is open. */
  sendText(text: string): void {
    this.connected().send(text);
  }

  /** @throws ExecutionError unless the connection is open. */
  connected(): Channel {
    if (this.outcome !== undefined) throw invalidState("the command is over or was closed");
    if (!this.isOpen) throw invalidState("the command is not connected yet");
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
    else if (this.sessionId === undefined) throw invalidState("the server has not told the session yet");
    else await killSession(this.#plan.config, this.#plan.spriteId, this.sessionId, `SIG${name}`);
  }

  /** Ends the command and this side of it; its outcome is `error`. Resolves when both are done, or given up. */
  kill(error: unknown, type = errorType(error)): Promise<void> {
    this.#killing ??= this.#kill({ kind: "failed", error, type });
    return this.#killing;
  }

  /** Lets go of the command: what becomes of it is up to the server. Resolves when the socket is gone. */
  async detach(): Promise<void> {
    // Without a turn in between: a callback that closes gets no more output.
    if (this.#killing !== undefined) await this.#killing;
    this.#finish({ kind: "detached" });
    await this.#channel?.leave();
  }

  async #sending(sent: Promise<void> | undefined): Promise<void> {
    try {
      await sent;
    } catch {
      const { outcome } = this;
      if (outcome?.kind === "failed") throw outcome.error;
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
    if (this.sessionId === undefined && !this.#canSignal) await deadline.race(this.#introduction.over);
    const asked = this.signal("TERM").catch((cause) => diag.debug("sprites: cannot kill a command", cause));
    await deadline.race(Promise.all([asked, Promise.race([gone, this.done])]));
    // A command that ignores TERM would outlive us; with a TTY, for ever.
    if (this.exitCode !== null || !this.#canSignal || this.outcome !== undefined) return;
    this.#channel?.send(JSON.stringify({ type: "signal", signal: "KILL" }));
  }

  #onText(text: string): void {
    const frame = readControlFrame(text);
    if (frame.kind === "session") this.#onSession(frame.fields);
    else if (frame.kind === "exit") this.#introduction.pass(() => this.#exit?.textExit(frame.code));
    else if (frame.kind === "error") {
      const message = withoutSecrets(frame.message, this.#plan.config);
      this.#introduction.pass(() => this.#exit?.failed(new ExecutionError(message)));
    } else if (frame.kind !== "debug") {
      if (frame.kind === "port") this.#onPort(frame.opened, frame.fields);
      this.#inSpan(() => this.#observer.onControl(text));
    }
  }

  #onPort(opened: boolean, { port, pid }: Readonly<Record<string, unknown>>): void {
    this.event(opened ? "sprites.port_opened" : "sprites.port_closed", {
      ...(typeof port === "number" && { port }),
      ...(typeof pid === "number" && { pid }),
    });
  }

  #onSession(fields: Readonly<Record<string, unknown>>): void {
    if (this.sessionId !== undefined) return;
    this.sessionId = readId(fields.session_id);
    this.#span?.set({
      "sprites.session.id": this.sessionId,
      ...(/^\d+$/.test(this.sessionId) && { "process.pid": Number(this.sessionId) }),
    });
    this.event("sprites.session");
    if (this.#introduction.isAwaited) {
      const tty = fields.tty === true;
      this.isOpen = true;
      // Before the frames that waited: the exit may be among them, and ends the span.
      if (typeof fields.command === "string") this.#span?.joined(fields.command, tty);
      this.#introduceAs(tty);
    }
    this.#introduction.end();
  }

  /** From here on frames can be read: it is known whether there is a TTY. */
  #introduceAs(tty: boolean): void {
    this.tty = tty;
    this.#exit = new ExitTracker(tty, {
      onExit: (code) => this.#onExit(code),
      onLost: (loss) => this.#onLost(loss),
    });
    this.#stdin = new StdinWriter(this.#channel as Channel, tty);
    this.#introduction.release();
  }

  async #awaitIntroduction(): Promise<void> {
    using deadline = new Deadline(INTRODUCTION_MS);
    await deadline.race(this.#introduction.over);
    if (this.#introduction.isAwaited && this.outcome === undefined) {
      throw new ConnectionError("the server did not tell which session this is");
    }
  }

  #onBinary(message: Buffer): void {
    if (this.outcome !== undefined || message.length === 0) return;
    const id = message[0];
    if (this.tty) this.#deliver("output", message);
    else if (id === STREAM.stdout) this.#deliver("stdout", message.subarray(1));
    else if (id === STREAM.stderr) this.#deliver("stderr", message.subarray(1));
    else if (id === STREAM.exit) this.#exit?.binaryExit(message.subarray(1));
    else diag.debug(`sprites: ${++this.#unknownFrames} frames with an unknown stream id`);
  }

  #deliver(stream: StreamName, data: Buffer): void {
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
    // The kill has an outcome of its own; that the command is gone, and how, is known all the same.
    this.exitCode = code;
    this.#inSpan(() => this.#observer.onExit(code));
    this.#exitSeen?.();
  }

  #onClosed(loss: Loss): void {
    if (this.#exit === undefined) this.#onLost(loss);
    else this.#exit.closed(loss);
  }

  #onLost({ closeCode, reason, error }: Loss): void {
    if (this.#killing !== undefined) {
      this.#exitSeen?.();
      return;
    }
    const told = withoutSecrets(reason, this.#plan.config);
    const detail = [`close code ${closeCode}`, told].filter(Boolean).join(": ");
    const lost = new ConnectionError(`the connection was lost before the exit code came (${detail})`, {
      closeCode,
      reason: told,
      ...(error !== undefined && { cause: error }),
    });
    this.#finish({ kind: "failed", error: error instanceof ExecutionError ? error : lost, closeCode });
  }

  /** In the order that callers count on: streams end, then the code is there, then callback, waiters, span, socket. */
  #finish(outcome: Outcome): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.#exit?.stop();
    if (outcome.kind === "failed") this.output.fail(outcome.error);
    else this.output.end();
    if (outcome.kind === "exited") {
      this.exitCode = outcome.code;
      this.#inSpan(() => this.#observer.onExit(outcome.code));
    }
    this.#resolveDone(outcome);
    this.#introduction.end();
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
