import type { Readable, Writable } from "node:stream";
import type { ReadableStream, WritableStream } from "node:stream/web";
import { invalidArgument, readLimits, toJson } from "../arguments.js";
import { callBack } from "../callback.js";
import { checkTimeout, Deadline } from "../deadline.js";
import { ExecutionError, invalidState, TimeoutError } from "../errors.js";
import { checkWindowSize, type Plan } from "./exec-options.js";
import { checkStdin, Input } from "./input.js";
import { readLines } from "./lines.js";
import type { OutputChunk, ReadOptions, StreamName } from "./output.js";
import { OutputIterator } from "./output-iterator.js";
import { type Outcome, Session } from "./session.js";
import type { StdinSource } from "./stdin-source.js";
import type { StdinChunk } from "./stdin-writer.js";
import { nodeReadable, nodeWritable, type StdinTarget, webReadable, webWritable } from "./streams.js";

const NOT_STARTED = "the command was not started: call start() or run() first";

/** How a command is run to its end. */
export interface RunOptions {
  /** Input of the command. Without it the input is ended at once, except for a session that was joined. */
  stdin?: StdinSource;
  /** Limit of the whole run, connecting included, in milliseconds. @default no limit */
  timeout?: number;
  /** Ends the run, and the command, with the signal's reason. */
  signal?: AbortSignal;
}

/** How long to wait for the end of a command. */
export interface WaitOptions {
  /** In milliseconds. @default no limit */
  timeout?: number;
  /** Ends the wait, and the command, with the signal's reason. */
  signal?: AbortSignal;
}

/** Signals that a sandbox understands. */
export type SignalName = "INT" | "TERM" | "HUP" | "KILL" | "QUIT" | "USR1" | "USR2";

/** Output and exit code of a command that has ended. */
export interface ExecResult {
  readonly returncode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly output: Buffer;
}

/**
 * One command in a sandbox. Run it to its end (`run`), or start it and read, write and wait; or iterate over its
 * output, which starts it. Each byte of output is handed out once, however it is read; `stdout`, `stderr` and
 * `output` show what is kept of it. Leaving an `await using` block before the end detaches from the command.
 */
export class SpriteExec implements AsyncDisposable {
  /** Command and arguments as they run; empty for a session that was joined. */
  readonly args: readonly string[];
  /** Called with output as it arrives, in order. What it throws is reported to `diag` and changes nothing. */
  onStdout: ((data: Buffer) => void) | undefined;
  onStderr: ((data: Buffer) => void) | undefined;
  onOutput: ((data: Buffer) => void) | undefined;
  /** Called once, after all output. */
  onExit: ((code: number) => void) | undefined;
  /** Called with the raw text of frames that this client does not interpret, and of those about ports. */
  onControlMessage: ((text: string) => void) | undefined;
  readonly #session: Session;
  readonly #input: Input;
  readonly #killOnTimeout: boolean;
  readonly #joins: boolean;
  #started: Promise<void> | undefined;

  constructor(plan: Plan, killOnTimeout: boolean) {
    this.args = plan.facts.args;
    this.#joins = plan.joins !== undefined;
    this.#killOnTimeout = killOnTimeout;
    this.#session = new Session(plan, {
      observes: (stream) => this.#callbackFor(stream) !== undefined,
      onData: (stream, data) => callBack(this.#callbackFor(stream), data),
      onExit: (code) => callBack(this.onExit, code),
      onControl: (text) => callBack(this.onControlMessage, text),
    });
    this.#input = new Input(this.#session);
  }

  /** Whether the command has a pseudo terminal; for a joined session, known once it has started. */
  get tty(): boolean {
    return this.#session.tty;
  }

  /** Exit code, 0–255 (128 + n: ended by signal n); null until the command has ended. */
  get returncode(): number | null {
    return this.#session.exitCode;
  }

  /** The server's id of this command while it runs; ids come back for other commands later. */
  get sessionId(): string | undefined {
    return this.#session.sessionId;
  }

  get stdout(): Buffer {
    return this.#session.output.bytes("stdout");
  }

  get stderr(): Buffer {
    return this.#session.output.bytes("stderr");
  }

  /** Everything a terminal would have shown; only with `tty`. */
  get output(): Buffer {
    return this.#session.output.bytes("output");
  }

  /** Resolves when the command runs. The signal stays in force until the command has ended. */
  async start(options: { signal?: AbortSignal } = {}): Promise<void> {
    return this.#start("start", readLimits(options).signal);
  }

  /** Starts the command, feeds it, waits for its end. An exit code other than 0 does not throw. */
  async run(options: RunOptions = {}): Promise<this> {
    const { timeout, signal, stdin } = readLimits(options);
    if (stdin != null) checkStdin(stdin);
    if (timeout != null) checkTimeout("timeout", timeout);
    signal?.throwIfAborted();
    using deadline = new Deadline(timeout, signal);
    const outcome = await deadline.race(this.#runToEnd(stdin ?? undefined, signal));
    if (outcome?.kind === "failed") throw outcome.error;
    if (outcome !== undefined) return this;
    if (!deadline.expired) throw await this.#giveUp(signal?.reason, "aborted");
    throw await this.#outOfTime(timeout);
  }

  /** True when the command has ended, false when the time is up or it was closed here. Rejects when it was lost. */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    const { timeout, signal } = readLimits(options);
    if (this.#started === undefined) throw invalidState(NOT_STARTED);
    using deadline = new Deadline(timeout, signal);
    const session = this.#session;
    const outcome = await session.output.whileWaiting(() => session.outcomeBefore(deadline.signal));
    if (outcome === undefined && signal?.aborted) throw await this.#giveUp(signal.reason, "aborted");
    if (outcome?.kind === "failed") throw outcome.error;
    return outcome?.kind === "exited";
  }

  /**
   * Runs the command unless it was started, and waits for its end. `check` turns an exit code other than 0 into an
   * error. @throws ExecutionError (`INVALID_STATE`) when it was closed, or for `stdin` after its start
   */
  async result(given: RunOptions & { check?: boolean } = {}): Promise<ExecResult> {
    const { check = false, ...options } = readLimits(given);
    if (this.#started === undefined) await this.run(options);
    else await this.#awaitEnd(options);
    const returncode = this.returncode;
    if (returncode === null) throw invalidState("the command was closed before it ended");
    if (check && returncode !== 0) {
      throw new ExecutionError(`the command ended with exit code ${returncode}`, {
        errorCode: "NONZERO_EXIT",
      });
    }
    return { returncode, stdout: this.stdout, stderr: this.stderr, output: this.output };
  }

  /** Resolves when more can be sent. Order is kept even if you do not wait. */
  sendStdin(data: StdinChunk): Promise<void> {
    return this.#input.send(data);
  }

  /** Ends the input. With a TTY send Ctrl-D (`"\x04"`) as data instead. */
  sendStdinEof(): Promise<void> {
    return this.#input.end();
  }

  /** @throws RangeError unless both are integers from 1 to 65535. */
  resizeTerminal(cols: number, rows: number): void {
    if (this.#session.connected() && !this.tty)
      throw invalidState("there is no terminal to resize: ask for one with { tty: true }");
    checkWindowSize(cols, rows);
    this.#session.sendText(JSON.stringify({ type: "resize", cols, rows }));
    this.#session.event("sprites.resize", { cols, rows });
  }

  /** Sends the message as one JSON text frame; servers ignore types they do not know. */
  sendControlMessage(message: object): void {
    this.#session.sendText(toJson(message, "the message"));
  }

  /** Signals the whole process group. A server that cannot send signals ends the command by force instead. */
  async signal(name: SignalName | `SIG${SignalName}`): Promise<void> {
    if (typeof name !== "string") throw invalidArgument("the signal", "a name such as TERM");
    return this.#session.signal(name.replace(/^SIG/, ""));
  }

  /** Unread bytes; empty when the time is up or the stream is over. Rejects when nothing is left of a lost command. */
  readStdout(options?: ReadOptions): Promise<Buffer> {
    return this.#read("stdout", options);
  }

  readStderr(options?: ReadOptions): Promise<Buffer> {
    return this.#read("stderr", options);
  }

  readOutput(options?: ReadOptions): Promise<Buffer> {
    return this.#read("output", options);
  }

  /** Starts the command if need be. Throws when it is lost; leaving the loop early closes. */
  [Symbol.asyncIterator](): AsyncIterableIterator<OutputChunk, undefined, undefined> {
    return this.#iterate("all");
  }

  /** Lines of a stream as text, without their ends. Starts the command if need be. @default stdout, output with TTY */
  lines(stream?: StreamName): AsyncGenerator<string, void, undefined> {
    return readLines(this.#iterate(stream));
  }

  /** A stream as Node stream. Starts the command if need be. @default stdout, output with TTY */
  readable(stream?: StreamName): Readable {
    return nodeReadable(this.#iterate(stream));
  }

  /** A stream as Web stream. Starts the command if need be. @default stdout, output with TTY */
  readableWeb(stream?: StreamName): ReadableStream<Uint8Array> {
    return webReadable(this.#iterate(stream));
  }

  /** The input as Node stream; ending it ends the input. Starts the command if need be. */
  writable(): Writable {
    return nodeWritable(this.#writer());
  }

  /** The input as Web stream; closing it ends the input. Starts the command if need be. */
  writableWeb(): WritableStream<StdinChunk> {
    return webWritable(this.#writer());
  }

  /** Detaches from a command that has not ended: how long it runs on is up to the server. Twice does nothing. */
  async close(): Promise<void> {
    this.#started ??= Promise.reject(invalidState("the command was closed before it was started"));
    this.#started.catch(() => undefined);
    await this.#session.detach();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #start(mode: "start" | "run", signal?: AbortSignal): Promise<void> {
    if (this.#started !== undefined)
      return Promise.reject(
        invalidState("the command was started already, or was closed: make another with exec()"),
      );
    if (signal?.aborted) return Promise.reject(signal.reason);
    const session = this.#session;
    const abort = (): void => void this.#giveUp(signal?.reason, "aborted");
    signal?.addEventListener("abort", abort, { once: true });
    void session.done.then(() => signal?.removeEventListener("abort", abort));
    this.#started = session.open(this.#joins ? "attach" : mode);
    return this.#started;
  }

  async #ensureStarted(): Promise<void> {
    await (this.#started ?? this.start());
  }

  async #runToEnd(stdin: StdinSource | undefined, signal: AbortSignal | undefined): Promise<Outcome> {
    const session = this.#session;
    try {
      await this.#start("run", signal);
    } catch (error) {
      return { kind: "failed", error };
    }
    // A joined session may have other clients: without input of ours, theirs stays open.
    if (stdin !== undefined || !this.#joins) {
      void this.#input.feed(stdin ?? []).catch((error) => {
        // Once the command has ended, input that it did not read is no failure.
        if (session.outcome === undefined) void session.kill(error);
      });
    }
    return session.output.whileWaiting(() => session.done);
  }

  async #awaitEnd(options: RunOptions): Promise<void> {
    if (options.stdin != null) throw invalidState("the command was started already: use sendStdin()");
    if ((await this.wait(options)) || this.#session.outcome !== undefined) return;
    throw await this.#outOfTime(options.timeout);
  }

  async #read(stream: StreamName, given: ReadOptions = {}): Promise<Buffer> {
    const options = readLimits(given);
    if (this.#started === undefined) throw invalidState(NOT_STARTED);
    if ((stream === "output") !== this.tty) {
      throw invalidState(
        this.tty ? "a terminal has one stream: readOutput()" : "no terminal: readStdout() and readStderr()",
      );
    }
    try {
      return await this.#session.output.read(stream, options);
    } catch (error) {
      if (options.signal?.aborted && error === options.signal.reason) await this.#giveUp(error, "aborted");
      throw error;
    }
  }

  /** Ends the command for this reason, or leaves it alone as asked. Returns the reason, to be thrown. */
  async #giveUp(reason: unknown, type: "aborted" | "timeout"): Promise<unknown> {
    const session = this.#session;
    if (this.#killOnTimeout || !session.isOpen) await session.kill(reason, type);
    return reason;
  }

  #outOfTime(timeout: number | undefined): Promise<unknown> {
    return this.#giveUp(new TimeoutError(`the command did not end within ${timeout} ms`), "timeout");
  }

  #iterate(stream: StreamName | "all" | "main" = "main"): OutputIterator {
    return new OutputIterator(this.#session, () => this.#ensureStarted(), stream);
  }

  #writer(): StdinTarget {
    const input = this.#input;
    return {
      write: async (data) => {
        await this.#ensureStarted();
        await input.send(data);
      },
      end: async () => {
        await this.#ensureStarted();
        await input.endIfOpen();
      },
      abandon: () => void this.#started?.then(() => input.endIfOpen()).catch(() => undefined),
    };
  }

  #callbackFor(stream: StreamName): ((data: Buffer) => void) | undefined {
    if (stream === "stdout") return this.onStdout;
    return stream === "stderr" ? this.onStderr : this.onOutput;
  }
}
