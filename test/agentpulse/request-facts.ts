import { randomUUID } from "node:crypto";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { send } from "../support/agentpulse/wire.js";
import { accepted, Caller, crashed, event, nowSeconds, refused, type Server, times } from "./facts.js";

const KIND = "Invalid event kind: must be alphanumeric/underscore, max 64 chars";
const TIME = "Invalid timestamp: must be a reasonable unix timestamp";
const DATA = "Event data must be an object";
const SESSION = "Session key too long (max 256 chars)";
const OVERSIZED = "Invalid or oversized request body (max 256KB)";
const UNAUTHORIZED = "Missing or invalid API key";

/** A body of exactly that many bytes. */
function bodyOf(bytes: number): string {
  const text = JSON.stringify({ events: [event()], padding: "" });
  return `${text.slice(0, -2)}${"x".repeat(bytes - text.length)}"}`;
}

/** What a Worker answers to requests, line by line: the fake always, a running server when one is named. */
export function answersAsWorker(open: () => Server): void {
  let caller: Caller;
  let proKey: string | undefined;
  let url: string;

  beforeAll(async () => {
    ({ url, proKey } = open());
    caller = await Caller.register(url);
  });

  const post: Caller["post"] = (wire) => caller.post(wire);
  const ingest = (events: unknown, by = caller) => by.ingest(events);

  describe("keys and routes", () => {
    it("is healthy without a key", async () => {
      const answer = await send(url, { method: "GET", path: "/v1/health" });
      expect(answer).toEqual({ status: 200, body: { status: "ok" } });
    });

    it.each([
      ["no key", undefined],
      ["a lower-case scheme", (key: string) => `bearer ${key}`],
      ["a bare key", (key: string) => key],
      ["two spaces", (key: string) => `Bearer  ${key}`],
      ["a key without ap_", () => "Bearer sk-1"],
      ["an empty key", () => "Bearer "],
    ])("answers %s with 401", async (_, header) => {
      const headers: Record<string, string> = header ? { Authorization: header(caller.key) } : {};
      const answer = await send(url, { headers, body: { events: [event()] } });
      expect(answer).toEqual(refused(401, UNAUTHORIZED));
    });

    it("does not know x-api-key", async () => {
      const answer = await send(url, { headers: { "x-api-key": caller.key }, body: { events: [event()] } });
      expect(answer).toEqual(refused(401, UNAUTHORIZED));
    });

    it("answers an unknown key with 403", async () => {
      expect(await ingest([event()], new Caller(url, "ap_unknown"))).toEqual(refused(403, "Invalid API key"));
    });

    it.each([
      ["GET", "/health"],
      ["POST", "/v1/ingest/"],
      ["GET", "/v1/ingest"],
      ["PUT", "/v1/ingest"],
      ["GET", "/v1/heartbeat"],
      ["POST", "/v1/heartbeat/"],
      ["POST", "/v1/health"],
      ["POST", "/v1/traces"],
    ])("does not know %s %s: 401 without a key, 404 with one", async (method, path) => {
      expect(await send(url, { method, path })).toEqual(refused(401, UNAUTHORIZED));
      expect(await send(url, { method, path, key: caller.key })).toEqual(refused(404, "Not found"));
    });

    it("registers names, but not without one", async () => {
      const path = "/v1/register";
      const headers = { "CF-Connecting-IP": randomUUID() };
      expect(await send(url, { path, headers, body: { name: "n" } })).toEqual(
        refused(400, "Name required (min 2 chars)"),
      );
      expect(await send(url, { path, headers, body: { name: "nn", email: "n" } })).toEqual(
        refused(400, "Invalid email format"),
      );
      expect(await send(url, { path, headers, body: "null" })).toEqual(
        refused(400, "Invalid or oversized request body"),
      );
      expect(await send(url, { path, headers, body: "{" })).toEqual(crashed);
      expect(await send(url, { path, headers, body: { name: "nn" } })).toEqual({
        status: 201,
        body: { name: "nn", api_key: expect.stringMatching(/^ap_[0-9a-f]{32}$/), plan: "free" },
      });
      expect(await send(url, { path, headers, body: { name: "nn" } })).toEqual(
        refused(429, "Too many registrations. Try again later."),
      );
    });
  });

  describe("bodies", () => {
    it("takes JSON whatever it is called", async () => {
      const headers = { "Content-Type": "text/csv", "Content-Encoding": "gzip" };
      expect(await post({ headers, body: { events: [event()] } })).toEqual(accepted(1));
    });

    it("ignores what stands beside the events", async () => {
      const body = { agent: 5, sdk_version: null, more: {}, events: [event()] };
      expect(await post({ body })).toEqual(accepted(1));
    });

    const compressions = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
    it.each(Object.entries(compressions))(
      "fails on %s, with and without its header",
      async (name, compress) => {
        const body = compress(JSON.stringify({ events: [event()] }));
        expect(await post({ body, headers: { "Content-Encoding": name } })).toEqual(crashed);
        expect(await post({ body })).toEqual(crashed);
      },
    );

    it.each(["", "{", "\u0000", '{"events":[}'])("fails on %j, which is no JSON", async (body) => {
      expect(await post({ body })).toEqual(crashed);
      expect(await post({ body, chunked: true })).toEqual(crashed);
    });

    it("takes a byte order mark and broken UTF-8", async () => {
      const text = JSON.stringify({ events: [event({ data: { text: "?" } })] });
      expect(await post({ body: `\ufeff${text}` })).toEqual(accepted(1));
      const broken = Buffer.from(text);
      broken[text.indexOf("?")] = 0xff;
      expect(await post({ body: broken })).toEqual(accepted(1));
    });

    it.each(["null", "0", "false", '""'])("takes the literal %s for an oversized body", async (body) => {
      expect(await post({ body })).toEqual(refused(413, OVERSIZED));
    });

    it("accepts 262144 bytes and refuses one more, announced or not", async () => {
      expect(await post({ body: bodyOf(262_144) })).toEqual(accepted(1));
      expect(await post({ body: bodyOf(262_144), chunked: true })).toEqual(accepted(1));
      expect(await post({ body: bodyOf(262_145) })).toEqual(refused(413, "Request too large"));
      expect(await post({ body: bodyOf(262_145), chunked: true })).toEqual(refused(413, OVERSIZED));
    });

    it("looks at the key before the size", async () => {
      expect(await send(url, { body: bodyOf(262_145) })).toEqual(refused(401, UNAUTHORIZED));
    });
  });

  describe("the list of events", () => {
    it.each(["{}", "[]", "[1]", "5", '"events"', '{"events":[]}', '{"events":null}', '{"events":5}'])(
      "finds no events in %s",
      async (body) => {
        expect(await post({ body })).toEqual(refused(400, "No events"));
      },
    );

    it("fails on null among them, and on what only looks like a list", async () => {
      expect(await ingest([null])).toEqual(crashed);
      expect(await ingest([event(), null])).toEqual(crashed);
      expect(await ingest({ length: 1 })).toEqual(crashed);
    });

    it.each([5, "event", [], {}])("asks %j for its kind", async (odd) => {
      expect(await ingest([odd])).toEqual(refused(400, KIND));
    });

    it("accepts 100 events on the free plan, not 101, and never 501", async () => {
      const owner = await Caller.register(url);
      expect(await ingest(times(100), owner)).toEqual(accepted(100));
      const free = "Batch too large. Max 100 events per request on free plan.";
      expect(await ingest(times(101), owner)).toEqual(refused(413, free));
      expect(await ingest(times(501), owner)).toEqual(refused(413, "Max 500 events per batch"));
    });

    it("accepts 500 events on the pro plan, not 501", async ({ skip }) => {
      if (!proKey) return skip("no key on the pro plan was given");
      const pro = new Caller(url, proKey);
      expect(await ingest(times(500), pro)).toEqual(accepted(500));
      expect(await ingest(times(501), pro)).toEqual(refused(413, "Max 500 events per batch"));
    });

    it("looks at the cap of 500 first, then at the events, then at the plan", async () => {
      expect(await ingest(times(501, { kind: "-" }))).toEqual(refused(413, "Max 500 events per batch"));
      expect(await ingest(times(101, { kind: "-" }))).toEqual(refused(400, KIND));
    });
  });

  describe("one event", () => {
    it.each(["a".repeat(64), "A_9", "9", "_"])("accepts the kind %s", async (kind) => {
      expect(await ingest([event({ kind })])).toEqual(accepted(1));
    });

    it.each(["a".repeat(65), "", "a.b", "a-b", "a b", "é", "a\n", null, 5, ["a"], undefined])(
      "refuses the kind %j",
      async (kind) => {
        expect(await ingest([event({ kind })])).toEqual(refused(400, KIND));
      },
    );

    it("accepts times from 2020 to a day ahead, in seconds", async () => {
      expect(await ingest([event({ ts: 1_577_836_800 })])).toEqual(accepted(1));
      expect(await ingest([event({ ts: 1_577_836_799.9 })])).toEqual(refused(400, TIME));
      expect(await ingest([event({ ts: nowSeconds() + 86_390 })])).toEqual(accepted(1));
      expect(await ingest([event({ ts: nowSeconds() + 86_500 })])).toEqual(refused(400, TIME));
    });

    it.each([
      ["milliseconds", () => Date.now()],
      ["text", () => `${nowSeconds()}`],
      ["ISO", () => new Date().toISOString()],
      ["null", () => null],
      ["no time", () => undefined],
      ["true", () => true],
    ])("refuses %s as a time", async (_, ts) => {
      expect(await ingest([event({ ts: ts() })])).toEqual(refused(400, TIME));
    });

    it.each([0, 1, "", "text", true, false])("refuses %j as data", async (data) => {
      expect(await ingest([event({ data })])).toEqual(refused(400, DATA));
    });

    it("accepts a list as data, and null", async () => {
      expect(await ingest([event({ data: [1] }), event({ data: null })])).toEqual(accepted(2));
    });

    it("accepts 16384 UTF-16 units of data, whatever their bytes, and not one more", async () => {
      const data = (units: number, text = "x") => ({ t: text.repeat(units - '{"t":""}'.length) });
      expect(await ingest([event({ data: data(16_384) })])).toEqual(accepted(1));
      expect(await ingest([event({ data: data(16_384, "語") })])).toEqual(accepted(1));
      const tooLarge = refused(413, "Event data too large (max 16KB)");
      expect(await ingest([event({ data: data(16_385) })])).toEqual(tooLarge);
      expect(await ingest([event({ data: data(16_385, "語") })])).toEqual(tooLarge);
    });

    it.each(["s".repeat(256), "", 0, null, false, "a\u0000b"])("accepts the session %j", async (session) => {
      expect(await ingest([event({ session })])).toEqual(accepted(1));
    });

    it.each(["s".repeat(257), 5, true, [], {}])("refuses the session %j", async (session) => {
      expect(await ingest([event({ session })])).toEqual(refused(400, SESSION));
    });

    it("looks at kind, time, data and session in this order, event by event", async () => {
      const bad = { kind: "-", ts: 0, data: 5, session: 5 };
      expect(await ingest([event(bad)])).toEqual(refused(400, KIND));
      expect(await ingest([event({ ...bad, kind: "k" })])).toEqual(refused(400, TIME));
      expect(await ingest([event({ ...bad, kind: "k", ts: nowSeconds() })])).toEqual(refused(400, DATA));
      expect(await ingest([event({ session: 5 })])).toEqual(refused(400, SESSION));
      expect(await ingest([event({ session: 5 }), event({ kind: "-" })])).toEqual(refused(400, SESSION));
    });

    it("takes numbers as they come, and sums what is no number", async () => {
      const owner = await Caller.register(url);
      const odd = [
        { tokens: -5, cost_usd: 1e21 },
        { tokens: "7", cost_usd: "x" },
      ];
      const costs = odd.map((data) => event({ kind: "cost", data }));
      expect(await ingest(costs, owner)).toEqual(accepted(2));
    });
  });
}
