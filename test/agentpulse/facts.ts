import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { send, type WireRequest } from "../support/agentpulse/wire.js";

export interface Server {
  readonly url: string;
  /** A key on the pro plan, where there is one. */
  readonly proKey?: string | undefined;
}

export const nowSeconds = () => Date.now() / 1000;
export const event = (more: object = {}) => ({ kind: "fact", ts: nowSeconds(), data: {}, ...more });
export const times = (count: number, more?: object) => Array.from({ length: count }, () => event(more));

export const accepted = (count: number) => ({ status: 200, body: { accepted: count } });
export const refused = (status: number, error: string) => ({ status, body: { error } });
/** An uncaught exception: some text, a page on the hosted service. */
export const crashed = { status: 500, body: expect.any(String) };

/** A key nobody has used: calls to register are counted by the address that a proxy names. */
export async function register(url: string): Promise<string> {
  const headers = { "CF-Connecting-IP": randomUUID() };
  const answer = await send(url, { path: "/v1/register", headers, body: { name: "conformance" } });
  if (answer.status !== 201) throw new Error(`register: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.api_key;
}

/** What the owner of a key asks of a server. */
export class Caller {
  readonly url: string;
  readonly key: string;

  constructor(url: string, key: string) {
    this.url = url;
    this.key = key;
  }

  static async register(url: string): Promise<Caller> {
    return new Caller(url, await register(url));
  }

  readonly post = (wire: WireRequest) => send(this.url, { key: this.key, ...wire });
  readonly ingest = (events: unknown) => this.post({ body: { events } });
  readonly get = async (path: string) => (await this.post({ method: "GET", path })).body;
}
