import type { SpanContext } from "@opentelemetry/api";
import type { DecisionOption, ResponseContent } from "../model/content.js";
import type { Message } from "../model/message.js";
import { resolveChoice } from "../model/prompt.js";
import type { PromptTransport } from "../options.js";
import { type Instant, now } from "../timing.js";

/** What is remembered of a prompt until it is answered. */
export interface Prompt {
  readonly id: string;
  readonly channel: string;
  readonly choices: readonly DecisionOption[];
  /** Unknown for a prompt of someone else. */
  readonly transport?: PromptTransport | undefined;
  /** `decision`, `authorization`, … */
  readonly contentType: string;
  /** What the prompt itself asks for, in seconds; 0 = no end. */
  readonly timeout: number;
  readonly own: boolean;
  /** Moment of the 201 or the echo; until then of the attempt. */
  readonly sentAt: Instant;
  /** Span that sent it. */
  readonly spanContext?: SpanContext | undefined;
}

/** The answer that ended a prompt, and when it reached this process. */
export interface Answer {
  readonly response: Message<ResponseContent>;
  readonly at: Instant;
}

interface Entry {
  prompt: Prompt;
  answer: Answer | undefined;
  readonly waiters: Set<Waiter>;
  keepUntil: number;
}

interface Waiter {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

const SETTLED_LIMIT = 1000;
/** A server keeps 1000 messages a channel, so of a prompt that old a late answer can no longer be looked up. */
const UNSETTLED_LIMIT = 10_000;
const MIN_KEEP_SECONDS = 300;
const KEEP_EXTRA_SECONDS = 60;

/**
 * Prompts and their answers. A prompt is registered before it is sent, settled by the first correlated response, and
 * kept for a while for waits that begin late. An answer or an error that nobody waits for causes no rejection.
 */
export class Answers {
  readonly #open = new Map<string, Entry>();
  readonly #settled = new Map<string, Entry>();
  readonly #awaited = new Set<Entry>();
  #closed: { readonly error: unknown } | undefined;
  readonly #onAnswer: (prompt: Prompt, answer: Answer) => void;
  readonly #onWaitersChange: () => void;

  constructor(onAnswer: (prompt: Prompt, answer: Answer) => void, onWaitersChange: () => void) {
    this.#onAnswer = onAnswer;
    this.#onWaitersChange = onWaitersChange;
  }

  expect(prompt: Prompt): void {
    if (this.#find(prompt.id)) return;
    this.#dropForgotten();
    this.#open.set(prompt.id, {
      prompt,
      answer: undefined,
      waiters: new Set(),
      keepUntil: now().monotonicMs + 1000 * (Math.max(prompt.timeout, MIN_KEEP_SECONDS) + KEEP_EXTRA_SECONDS),
    });
  }

  /** What became known when the prompt was sent. */
  update(id: string, known: Partial<Prompt>): void {
    const entry = this.#find(id);
    if (entry) entry.prompt = { ...entry.prompt, ...known };
  }

  /** The server refused the prompt, so there will be no answer. */
  forget(id: string): void {
    this.#open.delete(id);
  }

  prompt(id: string): Prompt | undefined {
    return this.#find(id)?.prompt;
  }

  isSettled(id: string): boolean {
    return this.#settled.has(id);
  }

  /** Looks at every message that comes in, from wherever. True when it settled a prompt. */
  receive(message: Message): boolean {
    if (message.content.type !== "response" || message.correlationId === null) return false;
    const entry = this.#open.get(message.correlationId);
    if (!entry) return false;
    const response = message as Message<ResponseContent>;
    if (isAskedAgain(entry.prompt, response.content)) return false;
    this.#settle(entry, { response, at: now() });
    return true;
  }

  /** Resolves with the answer, at once when it is there. `reject` of the returned handle gives up. */
  wait(id: string): { answer: Promise<Answer>; reject(error: unknown): void } {
    const entry = this.#find(id);
    if (!entry) throw new Error(`wait for a prompt that was never expected: ${id}`);
    if (entry.answer) return { answer: Promise.resolve(entry.answer), reject: () => {} };
    if (this.#closed) return { answer: Promise.reject(this.#closed.error), reject: () => {} };
    let waiter: Waiter | undefined;
    const answer = new Promise<Answer>((resolve, reject) => {
      waiter = { resolve, reject };
    });
    const reject = (error: unknown) => {
      if (!waiter || !entry.waiters.delete(waiter)) return;
      if (entry.waiters.size === 0) this.#awaited.delete(entry);
      waiter.reject(error);
      this.#onWaitersChange();
    };
    if (waiter) entry.waiters.add(waiter);
    this.#awaited.add(entry);
    this.#onWaitersChange();
    return { answer, reject };
  }

  /** Channels in which someone waits. */
  awaitedChannels(): Set<string> {
    return new Set([...this.#awaited].map(({ prompt }) => prompt.channel));
  }

  /** Ends waits with an error: those of one channel, or all. */
  rejectWaits(error: unknown, channel?: string): void {
    for (const entry of [...this.#awaited]) {
      if (channel !== undefined && entry.prompt.channel !== channel) continue;
      this.#awaited.delete(entry);
      for (const waiter of entry.waiters) waiter.reject(error);
      entry.waiters.clear();
    }
    this.#onWaitersChange();
  }

  /** Ends all waits with an error, those as well that begin later. */
  close(error: unknown): void {
    this.#closed = { error };
    this.rejectWaits(error);
  }

  #find(id: string): Entry | undefined {
    return this.#open.get(id) ?? this.#settled.get(id);
  }

  #settle(entry: Entry, answer: Answer): void {
    entry.answer = answer;
    this.#open.delete(entry.prompt.id);
    this.#settled.set(entry.prompt.id, entry);
    const oldest = this.#settled.keys().next();
    if (this.#settled.size > SETTLED_LIMIT && !oldest.done) this.#settled.delete(oldest.value);
    for (const waiter of entry.waiters) waiter.resolve(answer);
    entry.waiters.clear();
    this.#onAnswer(entry.prompt, answer);
    if (this.#awaited.delete(entry)) this.#onWaitersChange();
  }

  /** Starts at the oldest and stops at the first that is to be kept, so that many prompts cost little. */
  #dropForgotten(): void {
    const time = now().monotonicMs;
    for (const [id, entry] of this.#open) {
      if (entry.waiters.size > 0) continue;
      if (entry.keepUntil > time && this.#open.size < UNSETTLED_LIMIT) break;
      this.#open.delete(id);
    }
  }
}

/** The server's queue asks again when the text picks no option, so such an answer does not settle the prompt. */
function isAskedAgain({ transport, choices }: Prompt, { responseType, answer }: ResponseContent): boolean {
  if (transport !== "websocket" || choices.length === 0) return false;
  return responseType === "text" && answer !== null && resolveChoice(answer, choices) === undefined;
}
