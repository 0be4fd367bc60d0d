/** One row of the server's table; all else an event came with is thrown away. */
export interface StoredEvent {
  readonly id: number;
  readonly kind: string;
  readonly ts: number;
  readonly session_key: string | null;
  readonly data: unknown;
}

export interface Limits {
  readonly eventsPerDay: number;
  readonly maxBatchSize: number;
}

export const PLANS = {
  free: { eventsPerDay: 5_000, maxBatchSize: 100 },
  pro: { eventsPerDay: 100_000, maxBatchSize: 500 },
} as const satisfies Record<string, Limits>;

export type Plan = keyof typeof PLANS;

interface DailyCost {
  cost: unknown;
  tokens: unknown;
}

/** The owner of a key, with all that is stored for it. */
export class Agent {
  readonly events: StoredEvent[] = [];
  /** By UTC date of arrival. */
  readonly costDaily = new Map<string, DailyCost>();
  readonly transcripts = new Map<string, { messages: unknown[]; updatedAt: string }>();
  /** Milliseconds since the epoch. */
  lastSeen: number | undefined;
  readonly plan: Plan;
  readonly limits: Limits;
  readonly email: string | undefined;
  #nextId = 1;

  constructor(plan: Plan, limits: Partial<Limits> = {}, email?: string) {
    this.plan = plan;
    this.limits = { ...PLANS[plan], ...limits };
    this.email = email;
  }

  append(row: Omit<StoredEvent, "id">): void {
    this.events.push({ id: this.#nextId++, ...row });
  }

  /** Events of the last 24 hours by their own time, those of the future too. */
  countToday(nowMs: number): number {
    const since = nowMs / 1000 - 86_400;
    return this.events.reduce((count, { ts }) => (ts >= since ? count + 1 : count), 0);
  }

  /** As the server adds, unchecked: a string is appended to the sum before it becomes a number again. */
  addCost(nowMs: number, cost: unknown, tokens: unknown): void {
    const date = utcDate(nowMs);
    const sum = this.costDaily.get(date) ?? { cost: 0, tokens: 0 };
    this.costDaily.set(date, {
      cost: toNumber(sum.cost) + toNumber(cost),
      tokens: toNumber(sum.tokens) + toNumber(tokens),
    });
  }
}

export const utcDate = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** SQLite's reading of a value where it needs a number: the numeric beginning of a text, else 0. */
export function toNumber(value: unknown): number {
  if (typeof value === "number") return value;
  return Number.parseFloat(String(value)) || 0;
}
