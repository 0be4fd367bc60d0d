/** What the server writes: JSON, or the text of an uncaught error. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const ok = (body: unknown, status = 200): Answer => ({ status, body });

export const refusal = (status: number, error: string): Answer => ({ status, body: { error } });

/** An uncaught exception in the Worker: text, where the hosted service shows an error page. */
export const crash = (error: string): Answer => ({ status: 500, body: `${error}\n    at fetch (index.js)` });
