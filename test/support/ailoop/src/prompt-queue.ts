import { randomUUID } from "node:crypto";
import type { WireMessage } from "./shape.js";

/** What a person, or the clock, said to the prompt that is open. */
interface Verdict {
  readonly answer: string | null;
  readonly response_type: string;
}

interface Option {
  readonly id: string;
  readonly label: string;
}

/** What the queue needs of the server. */
export interface QueueHost {
  /** Length of a second, so that tests need not wait for real ones. */
  readonly secondMs: number;
  /** For prompts with timeout 0; 0 = none. */
  readonly defaultTimeout: number;
  broadcast(message: WireMessage): void;
}

const ON_TIMEOUT: Readonly<Record<string, string>> = {
  decision: "timeout",
  authorization: "authorization_denied",
  navigate: "cancelled",
};

/** Prompts that came as frames: one worker for all channels, so an open prompt blocks every other. */
export class PromptQueue {
  readonly #host: QueueHost;
  readonly #waiting: WireMessage[] = [];
  #current: { readonly message: WireMessage; settle(verdict: Verdict): void } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(host: QueueHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#current ? 1 : 0;
  }

  /** The prompt in front of the person. */
  get current(): WireMessage | undefined {
    return this.#current?.message;
  }

  push(message: WireMessage): void {
    if (!(message.content.type in ON_TIMEOUT)) return;
    this.#waiting.push(message);
    this.#next();
  }

  /** An answer over HTTP reaches the worker only when the prompt is the current one. */
  submit(id: string, verdict: Verdict): void {
    if (this.#current?.message.id === id) this.#current.settle(verdict);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
    this.#current = undefined;
  }

  #next(): void {
    if (this.#current) return;
    const message = this.#waiting.shift();
    if (!message) return;
    this.#current = { message, settle: (verdict) => this.#settle(message, verdict) };
    this.#startTimer(message);
  }

  #startTimer(message: WireMessage): void {
    clearTimeout(this.#timer);
    const seconds = Number(message.content.timeout_seconds ?? 0) || this.#host.defaultTimeout;
    if (seconds === 0) return;
    const verdict = { answer: null, response_type: ON_TIMEOUT[message.content.type] ?? "timeout" };
    this.#timer = setTimeout(() => this.#settle(message, verdict), seconds * this.#host.secondMs);
  }

  #settle(message: WireMessage, verdict: Verdict): void {
    const isText = verdict.response_type === "text" && verdict.answer !== null;
    let metadata: Record<string, unknown> | undefined;
    let answer: string | null = null;
    if (message.content.type === "decision" && isText) {
      const picked = resolve(verdict.answer ?? "", message.content.options as Option[]);
      if (!picked) {
        this.#startTimer(message); // asked again, with a fresh clock
        return;
      }
      metadata = picked;
      answer = picked.option_id;
    }
    clearTimeout(this.#timer);
    this.#current = undefined;
    this.#host.broadcast(toResponse(message, { answer, response_type: verdict.response_type }, metadata));
    if (verdict.response_type === "cancelled") this.#waiting.push(message);
    this.#next();
  }
}

/** A response as the server makes them: a HUMAN's, in the channel of the prompt. */
export function toResponse(
  { id, channel }: WireMessage,
  { answer, response_type }: Verdict,
  metadata?: Record<string, unknown>,
): WireMessage {
  return {
    id: randomUUID(),
    channel,
    sender_type: "HUMAN",
    content: { type: "response", answer, response_type },
    timestamp: new Date().toISOString(),
    correlation_id: id,
    ...(metadata && { metadata }),
  };
}

function resolve(text: string, options: readonly Option[]) {
  const wanted = text.trim();
  let index = options.findIndex(({ id }) => id === wanted);
  if (index < 0) index = options.findIndex(({ label }) => label.toLowerCase() === wanted.toLowerCase());
  if (index < 0 && /^\d+$/.test(wanted)) index = Number(wanted) - 1;
  const option = options[index];
  return option && { option_id: option.id, label: option.label, index };
}
