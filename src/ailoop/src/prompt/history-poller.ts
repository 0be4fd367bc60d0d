import { AiloopError, ConnectionError } from "../errors.js";
import type { Message } from "../model/message.js";
import type { Answers } from "./answers.js";

const INTERVAL_MS = 1000;

/** What the poller needs of the client. */
export interface PollSource {
  readonly answers: Answers;
  /** The viewer socket is open and receives everything, so there is no need to poll. */
  isLive(): boolean;
  /** Reconnection was given up. */
  isExhausted(): boolean;
  history(channel: string): Promise<Message[]>;
}

/** While no socket is open, looks for answers in the history of every channel in which someone waits. */
export class HistoryPoller {
  readonly #source: PollSource;
  #timer: NodeJS.Timeout | undefined;
  #polling = false;

  constructor(source: PollSource) {
    this.#source = source;
  }

  /** To be called when waits or the socket change: starts or stops the timer. */
  update(): void {
    const needed = !this.#source.isLive() && this.#source.answers.awaitedChannels().size > 0;
    if (!needed) this.stop();
    else if (!this.#timer && !this.#polling) this.#timer = setTimeout(() => this.#tick(), INTERVAL_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** One look at every channel with waits, socket or not: a replay after a gap has 500 messages a channel. */
  async poll(): Promise<void> {
    const channels = [...this.#source.answers.awaitedChannels()];
    await Promise.all(channels.map((channel) => this.#pollChannel(channel)));
  }

  async #tick(): Promise<void> {
    this.#timer = undefined;
    this.#polling = true;
    await this.poll();
    this.#polling = false;
    this.update();
  }

  async #pollChannel(channel: string): Promise<void> {
    const { answers } = this.#source;
    try {
      for (const message of await this.#source.history(channel)) answers.receive(message);
    } catch (cause) {
      if (!this.#source.isExhausted()) return;
      const status = cause instanceof AiloopError ? cause.status : undefined;
      const error = new ConnectionError("the ailoop server is gone and reconnection was given up", {
        cause,
        status,
      });
      answers.rejectWaits(error, channel);
    }
  }
}
