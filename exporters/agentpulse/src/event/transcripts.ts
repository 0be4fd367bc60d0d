import type { Message } from "./messages.js";

const MAX_SESSIONS = 100;
const MAX_MESSAGES = 200;
/** About as much as one event can hold. */
const MAX_CHARACTERS = 16_000;
const MAX_SEEN = 5_000;

interface Talk {
  readonly messages: Message[];
  characters: number;
  /** How often each message was said so far, by a hash of it. */
  readonly said: Map<number, number>;
}

/** The messages of open sessions: a bounded number of sessions, and in each its newest messages. */
export class Transcripts {
  readonly #talks = new Map<string, Talk>();

  /** Adds what is new in a call; most calls resend everything that was said before. */
  add(session: string, messages: readonly Message[]): void {
    const talk = this.#talk(session);
    const inCall = new Map<number, number>();
    for (const message of messages) {
      if (message.role === "system") continue;
      const hash = hashOf(message);
      const times = (inCall.get(hash) ?? 0) + 1;
      inCall.set(hash, times);
      if (times <= (talk.said.get(hash) ?? 0)) continue;
      if (talk.said.size >= MAX_SEEN) talk.said.clear();
      talk.said.set(hash, times);
      talk.messages.push(message);
      talk.characters += message.content.length;
    }
    while (talk.messages.length > MAX_MESSAGES || talk.characters > MAX_CHARACTERS) {
      talk.characters -= talk.messages.shift()?.content.length ?? 0;
    }
  }

  /** Returns the messages and forgets them. */
  take(session: string): Message[] | undefined {
    const talk = this.#talks.get(session);
    this.#talks.delete(session);
    return talk?.messages.length ? talk.messages : undefined;
  }

  #talk(session: string): Talk {
    const talk = this.#talks.get(session) ?? { messages: [], characters: 0, said: new Map() };
    this.#talks.delete(session);
    this.#talks.set(session, talk);
    if (this.#talks.size > MAX_SESSIONS) this.#talks.delete(this.#talks.keys().next().value as string);
    return talk;
  }
}

/** FNV-1a. A collision loses one message of a preview, no more. */
function hashOf({ role, content }: Message): number {
  let hash = 0x811c9dc5;
  const text = `${role} ${content}`;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}
