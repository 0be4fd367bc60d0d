import type { Loss } from "../socket/channel.js";
import { Silence } from "../socket/silence.js";

interface ExitListener {
  onExit(code: number): void;
  onLost(loss: Loss): void;
}

/** Without TTY the binary exit frame decides; after a text one alone, this much silence does. */
const QUIET_MS = 1000;
/** With TTY the server drops the connection right after the text frame. */
const QUIET_TTY_MS = 250;

/**
 * Decides when a command is over, and with which code; tells it once. A text `exit` may be followed by more output,
 * so its code is provisional until the binary exit frame, the end of the connection, or silence.
 */
export class ExitTracker {
  readonly #listener: ExitListener;
  readonly #silence: Silence;
  #provisional: number | undefined;
  #failure: Error | undefined;
  #paused = false;
  #over = false;

  constructor(tty: boolean, listener: ExitListener) {
    this.#listener = listener;
    this.#silence = new Silence(tty ? QUIET_TTY_MS : QUIET_MS, () => {
      this.closed({ closeCode: 1006, reason: "the server went silent" });
    });
  }

  /** Any frame arrived: silence starts anew. */
  heard(): void {
    this.#silence.heard();
  }

  textExit(code: number): void {
    if (this.#over) return;
    this.#provisional = code;
    if (!this.#paused) this.#silence.start();
  }

  /** The server reports a failure of its own. It counts unless an exit follows. */
  failed(error: Error): void {
    if (this.#over) return;
    this.#failure = error;
    if (!this.#paused) this.#silence.start();
  }

  /** The payload after stream id 3. Only without TTY: terminal bytes are never an exit code. */
  binaryExit(payload: Uint8Array): void {
    const code = payload.length === 1 ? payload[0] : this.#provisional;
    if (code !== undefined) this.#exit(code);
    else this.closed({ closeCode: 1006, reason: "the exit frame holds no exit code" });
  }

  closed(loss: Loss): void {
    if (this.#provisional !== undefined) this.#exit(this.#provisional);
    else if (!this.#over) {
      this.stop();
      this.#listener.onLost(this.#failure === undefined ? loss : { ...loss, error: this.#failure });
    }
  }

  /** While we do not read, silence says nothing. */
  pause(): void {
    this.#paused = true;
    this.#silence.stop();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#over && (this.#provisional ?? this.#failure) !== undefined) this.#silence.start();
  }

  stop(): void {
    this.#over = true;
    this.#silence.stop();
  }

  #exit(code: number): void {
    if (this.#over) return;
    this.stop();
    this.#listener.onExit(code);
  }
}
