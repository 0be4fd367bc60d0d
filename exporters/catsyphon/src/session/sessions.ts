import { LruMap } from "../bounded/lru-map.js";
import type { SessionIdentity } from "../trace/trace.js";
import type { QueuedEvent } from "./queued-event.js";
import { Session } from "./session.js";

const MAX_SESSIONS = 10_000;

/** The sessions of this process. The least recently used are forgotten: the server still recognises their events. */
export class Sessions {
  readonly #bySession = new LruMap<string, Session>(MAX_SESSIONS);
  readonly #touched = new Set<Session>();
  readonly #maxContentChars: number;

  /** @param maxContentChars longer texts of events are cut */
  constructor(maxContentChars: number) {
    this.#maxContentChars = maxContentChars;
  }

  get(sessionId: string): Session | undefined {
    const found = this.#bySession.get(sessionId);
    if (found) this.#touched.add(found);
    return found;
  }

  of(identity: SessionIdentity, parent: Session | undefined): Session {
    let session = this.#bySession.get(identity.sessionId);
    if (!session) {
      session = new Session(identity, parent, this.#maxContentChars);
      this.#bySession.set(identity.sessionId, session);
    }
    this.#touched.add(session);
    return session;
  }

  *open(): Generator<Session> {
    for (const session of this.#bySession.values()) {
      if (session.ended || !session.started) continue;
      this.#touched.add(session);
      yield session;
    }
  }

  /** Sessions without a span since then, by `performance.now()`. Ended ones are forgotten, open ones returned. */
  idleSince(ms: number): Session[] {
    const idle = [...this.#bySession.values()].filter(({ lastActivityMs }) => lastActivityMs <= ms);
    for (const session of idle) {
      if (session.ended) this.#bySession.delete(session.sessionId);
      else this.#touched.add(session);
    }
    return idle.filter(({ ended }) => !ended);
  }

  /** Takes the new events of all sessions, callers' before those of the sessions they called. */
  takeEvents(): QueuedEvent[] {
    const events: QueuedEvent[] = [];
    for (const session of this.#touched) if (session.hasEvents) events.push(...session.take());
    this.#touched.clear();
    return events;
  }
}
