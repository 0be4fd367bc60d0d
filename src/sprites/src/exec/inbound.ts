import { ExecutionError } from "../errors.js";
import { type Secrets, withoutSecrets } from "../rest/failure.js";
import { readId } from "../rest/json.js";
import type { Loss } from "../socket/channel.js";
import { tell } from "../telemetry/safely.js";
import { ExitTracker } from "./exit-tracker.js";
import { readControlFrame, STREAM } from "./frames.js";
import { Introduction } from "./introduction.js";
import type { StreamName } from "./output.js";

/** What the frames of a command tell. */
interface InboundListener {
  /** Told once; for a session that was joined, before any of its other frames. */
  onSession(fields: Readonly<Record<string, unknown>>): void;
  onOutput(stream: StreamName, data: Buffer): void;
  onPort(opened: boolean, fields: Readonly<Record<string, unknown>>): void;
  /** Text frames that have no meaning here, and those about ports, as they were sent. */
  onControl(text: string): void;
  /** One of these two ends the command. */
  onExit(code: number): void;
  onLost(loss: Loss): void;
}

/** Reads the frames that the server sends for one command. */
export class Inbound {
  sessionId: string | undefined;
  readonly #listener: InboundListener;
  readonly #secrets: Secrets;
  readonly #introduction: Introduction;
  #tty: boolean;
  #exit: ExitTracker | undefined;
  #unknownFrames = 0;
  #stopped = false;

  /** Without `tty`, which of a joined session only the server knows, frames wait until the server has told. */
  constructor(tty: boolean | undefined, secrets: Secrets, listener: InboundListener) {
    this.#listener = listener;
    this.#secrets = secrets;
    this.#introduction = new Introduction(tty === undefined);
    this.#tty = tty ?? false;
    if (tty !== undefined) this.#exit = this.#trackExit();
  }

  get tty(): boolean {
    return this.#tty;
  }

  /** Whether frames can be read, because it is known whether there is a TTY. */
  get isReadable(): boolean {
    return !this.#introduction.isAwaited;
  }

  /** Resolves when the server has told which session this is, or when that no longer matters. */
  get introduced(): Promise<void> {
    return this.#introduction.over;
  }

  binary(message: Buffer): void {
    this.#introduction.pass(() => this.#onBinary(message));
  }

  text(text: string): void {
    const frame = readControlFrame(text);
    if (frame.kind === "session") this.#onSession(frame.fields);
    else if (frame.kind === "exit") this.#introduction.pass(() => this.#exit?.textExit(frame.code));
    else if (frame.kind === "error") {
      const error = new ExecutionError(withoutSecrets(frame.message, this.#secrets));
      this.#introduction.pass(() => this.#exit?.failed(error));
    } else if (frame.kind !== "debug") {
      if (frame.kind === "port") this.#listener.onPort(frame.opened, frame.fields);
      this.#listener.onControl(text);
    }
  }

  /** Any sign of life. */
  heard(): void {
    this.#exit?.heard();
  }

  /** The connection ended. */
  closed(loss: Loss): void {
    if (this.#exit === undefined) this.#listener.onLost(loss);
    else this.#exit.closed(loss);
  }

  /** While nothing is read, silence means nothing. */
  pause(): void {
    this.#exit?.pause();
  }

  resume(): void {
    this.#exit?.resume();
  }

  /** The command is over, or was let go of: nothing more is told of it. */
  stop(): void {
    this.#stopped = true;
    this.#exit?.stop();
    this.#introduction.end();
  }

  #onSession(fields: Readonly<Record<string, unknown>>): void {
    if (this.sessionId !== undefined) return;
    this.sessionId = readId(fields.session_id);
    const waited = this.#introduction.isAwaited;
    if (waited) {
      this.#tty = fields.tty === true;
      this.#exit = this.#trackExit();
    }
    // Before the frames that waited: the exit may be among them.
    this.#listener.onSession(fields);
    if (waited) this.#introduction.release();
    this.#introduction.end();
  }

  #onBinary(message: Buffer): void {
    if (this.#stopped || message.length === 0) return;
    const id = message[0];
    if (this.#tty) this.#listener.onOutput("output", message);
    else if (id === STREAM.stdout) this.#listener.onOutput("stdout", message.subarray(1));
    else if (id === STREAM.stderr) this.#listener.onOutput("stderr", message.subarray(1));
    else if (id === STREAM.exit) this.#exit?.binaryExit(message.subarray(1));
    else tell("debug", `${++this.#unknownFrames} frames with an unknown stream id`);
  }

  #trackExit(): ExitTracker {
    return new ExitTracker(this.#tty, {
      onExit: (code) => this.#listener.onExit(code),
      onLost: (loss) => this.#listener.onLost(loss),
    });
  }
}
