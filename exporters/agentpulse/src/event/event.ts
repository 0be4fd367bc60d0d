/** What `data` holds; JSON, once undefined members are left out. */
export type EventData = Record<string, unknown>;

/** One event as the server takes it. Beside `data` it keeps kind, time and session alone. */
export interface AgentPulseEvent {
  readonly kind: string;
  /** Seconds since 1970. */
  readonly ts: number;
  readonly session?: string | undefined;
  readonly span_id?: string | undefined;
  readonly parent_span_id?: string | undefined;
  readonly data: EventData;
}
