import type { ReadableSpan } from "@kit/exporter-catsyphon";
import { seeded } from "../seeded.js";
import {
  agentSpan,
  assistant,
  call,
  chatSpan,
  makeSpan,
  newTraceId,
  response,
  system,
  toolMessage,
  toolSpan,
  user,
} from "./spans.js";

/** Choices that are the same for a seed. */
export function random(seed: number) {
  // Seeds that follow each other would begin alike.
  const next = seeded(seed * 2_654_435_761);
  const upTo = (most: number) => Math.floor(next() * (most + 1));
  const chance = (share: number) => next() < share;
  const shuffled = <T>(items: readonly T[]): T[] => {
    const copy = [...items];
    for (let index = copy.length - 1; index > 0; index--) {
      const other = upTo(index);
      [copy[index], copy[other]] = [copy[other] as T, copy[index] as T];
    }
    return copy;
  };
  return { upTo, chance, shuffled };
}

export type Random = ReturnType<typeof random>;

export interface Story {
  readonly spans: ReadableSpan[];
  /** What the pages should say, by session, in order. */
  readonly pages: Map<string, string[]>;
}

/** Makes up what an application with an agent does in a few turns, and what one should read of it. */
export class StoryTeller {
  readonly spans: ReadableSpan[] = [];
  readonly pages = new Map<string, string[]>();
  readonly #random: Random;
  readonly #conversation: string;
  #now = 0;
  #count = 0;

  constructor(source: Random, conversation = "c") {
    this.#random = source;
    this.#conversation = conversation;
  }

  get #session(): string {
    return `shop:${this.#conversation}`;
  }

  tell(turns: number): Story {
    const oneTrace = this.#random.chance(0.3) ? newTraceId() : undefined;
    const outermost = oneTrace ? this.#root(oneTrace) : undefined;
    const history: unknown[] = [system("You are a shop.")];
    this.#note(this.#session, "system: You are a shop.");
    for (let turn = 0; turn < turns; turn++) this.#turn(history, outermost?.begun);
    outermost?.end();
    return { spans: this.spans, pages: this.pages };
  }

  #root(traceId: string) {
    const spanId = newTraceId().slice(0, 16);
    const start = this.#tick();
    const options = {
      agent: "boss",
      traceId,
      spanId,
      start,
      attributes: { "gen_ai.conversation.id": this.#conversation },
    };
    return {
      begun: agentSpan({ ...options, end: start }),
      end: () => void this.spans.push(agentSpan({ ...options, end: this.#tick() })),
    };
  }

  #turn(history: unknown[], outermost: ReadableSpan | undefined): void {
    const root = outermost ? undefined : this.#root(newTraceId());
    const parent = (outermost ?? root?.begun) as ReadableSpan;
    const prompt = this.#word("prompt");
    history.push(user(prompt));
    this.#note(this.#session, `user: ${prompt}`);
    this.#loop(this.#session, history, parent, 3, true);
    root?.end();
  }

  /** Model calls and tools until the model has nothing more to call. */
  #loop(session: string, history: unknown[], parent: ReadableSpan, rounds: number, maySpawn: boolean): void {
    for (let round = rounds; ; round--) {
      this.#maybeFail(session, history, parent);
      const words = round === 0 || this.#random.chance(0.7) ? [this.#word("reply")] : [];
      const count = round === 0 ? 0 : this.#random.upTo(3);
      const calls = Array.from({ length: count }, () => ({ id: this.#word("id"), name: this.#word("tool") }));
      if (words.length + calls.length === 0) words.push(this.#word("reply"));
      const output = assistant(...words, ...calls.map(({ id, name }) => call(id, name)));
      this.#span((times) => chatSpan({ parent, ...times, input: [...history], output: [output] }));
      for (const word of words) this.#note(session, `assistant: ${word}`);
      for (const { name } of calls) this.#note(session, `assistant: [Tool Call: ${name}] {}`);
      history.push(output);
      if (calls.length === 0) return;
      const answers = calls.map(
        ({ id, name }) => [id, this.#tool(session, parent, id, name, maySpawn)] as const,
      );
      history.push(toolMessage(...answers.map(([id, { result }]) => response(id, result))));
      // What no span told comes to light with the next call, after the tools that had one.
      for (const [, { result, seen }] of answers)
        if (!seen) this.#note(session, `system: [Tool Result] ${result}`);
    }
  }

  #tool(session: string, parent: ReadableSpan, id: string, name: string, maySpawn: boolean) {
    const result = this.#word("result");
    const seen = this.#random.chance(0.7);
    if (!seen) return { result, seen };
    const spanId = newTraceId().slice(0, 16);
    const start = this.#tick();
    const options = { parent, spanId, tool: name, id, start, result };
    if (maySpawn && this.#random.chance(0.3)) this.#subAgent(session, toolSpan({ ...options, end: start }));
    this.spans.push(toolSpan({ ...options, end: this.#tick() }));
    this.#note(session, `system: [Tool Result] ${result}`);
    return { result, seen };
  }

  #subAgent(session: string, parent: ReadableSpan): void {
    const spanId = newTraceId().slice(0, 16);
    const start = this.#tick();
    const options = { parent, spanId, agent: "worker", start };
    const prompt = this.#word("prompt");
    const child = `${session}.${spanId}`;
    this.#note(child, `user: ${prompt}`);
    this.#loop(child, [user(prompt)], agentSpan({ ...options, end: start }), 1, false);
    this.spans.push(agentSpan({ ...options, end: this.#tick() }));
  }

  /** A call that is tried again, or that another model is asked first: same prompt, other outcome. */
  #maybeFail(session: string, history: unknown[], parent: ReadableSpan): void {
    if (!this.#random.chance(0.2)) return;
    const message = this.#word("error");
    const error = { type: "503", message };
    this.#span((times) => chatSpan({ parent, ...times, error, input: [...history] }));
    this.#note(session, `system: [Error: 503] ${message}`);
  }

  #span(make: (times: { start: number; end: number }) => ReadableSpan): void {
    this.spans.push(make({ start: this.#tick(), end: this.#tick() }));
    // Spans of no GenAI operation lie about everywhere.
    if (this.#random.chance(0.3)) this.spans.push(makeSpan({ parent: this.spans.at(-1), start: this.#now }));
  }

  #note(session: string, line: string): void {
    this.pages.set(session, [...(this.pages.get(session) ?? []), line]);
  }

  #word(kind: string): string {
    return `${kind}-${++this.#count}`;
  }

  #tick(): number {
    this.#now += 1 + this.#random.upTo(3);
    return this.#now;
  }
}
