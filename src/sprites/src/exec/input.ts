import { invalidArgument } from "../arguments.js";
import { invalidState } from "../errors.js";
import type { Session } from "./session.js";
import { readStdinSource, type StdinSource } from "./stdin-source.js";
import type { StdinChunk } from "./stdin-writer.js";

const CHUNK = "a string or bytes (Buffer, Uint8Array)";

/** The input of one command: what may be sent when, and where it ends. */
export class Input {
  readonly #session: Session;
  #ended: Promise<void> | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Resolves when more can be sent. */
  send(data: StdinChunk): Promise<void> {
    return handled(this.#send(data));
  }

  /** Only once, however often it is called. */
  end(): Promise<void> {
    return handled(this.#end());
  }

  /** Sends a whole source, and ends the input after it unless there is a terminal, whose input has no end. */
  async feed(source: StdinSource): Promise<void> {
    for await (const chunk of readStdinSource(source, this.#session.done)) await this.send(chunk);
    await this.endIfOpen();
  }

  /** Ends the input of a command that still runs and has no terminal. */
  async endIfOpen(): Promise<void> {
    if (!this.#session.tty && this.#session.outcome === undefined) await this.end();
  }

  async #send(data: StdinChunk): Promise<void> {
    if (!isChunk(data)) throw invalidArgument("stdin", CHUNK);
    this.#session.connected();
    if (this.#ended !== undefined) throw invalidState("the input was ended");
    await this.#session.write(data);
  }

  async #end(): Promise<void> {
    if (this.#session.tty) throw invalidState("a terminal has no end of input: send Ctrl-D as data");
    if (this.#ended === undefined) {
      // Refused before it is remembered: the input of a command that was not started yet has not ended.
      this.#session.connected();
      this.#ended = this.#session.endStdin();
    }
    await this.#ended;
  }
}

/** @throws SpritesError (`INVALID_ARGUMENT`) for what no command can be fed with. */
export function checkStdin(stdin: unknown): void {
  const iterable =
    typeof stdin === "object" &&
    stdin !== null &&
    (Symbol.asyncIterator in stdin || Symbol.iterator in stdin);
  if (!isChunk(stdin) && !iterable)
    throw invalidArgument("stdin", `${CHUNK}, or an iterable or stream of them`);
}

function isChunk(data: unknown): data is StdinChunk {
  return typeof data === "string" || data instanceof Uint8Array;
}

/** A command may end while input is on its way: a caller who does not wait for that must not be ended with it. */
function handled(sent: Promise<void>): Promise<void> {
  sent.catch(() => undefined);
  return sent;
}
