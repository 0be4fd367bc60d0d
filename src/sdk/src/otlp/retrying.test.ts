import { expect, it } from "vitest";
import { RETRY, retrying } from "./retrying.js";
import type { Outcome, Transport } from "./transport.js";

const BUSY: Outcome = { kind: "retry", reason: "busy" };
const DELIVERED: Outcome = { kind: "delivered", body: new Uint8Array() };

/** A transport that answers from a list, and waits that only take note. */
function scripted(outcomes: Outcome[], onWait: (ms: number) => void = () => {}, policy = RETRY) {
  const waits: number[] = [];
  let sent = 0;
  const transport: Transport = {
    send: async () => outcomes[sent++] ?? BUSY,
    close: () => {},
  };
  const hurry = new AbortController();
  const wait = async (ms: number) => {
    waits.push(ms);
    onWait(ms);
  };
  const send = (signal = new AbortController().signal) =>
    retrying(transport, () => hurry.signal, policy, wait).send(new Uint8Array(), signal);
  return { send, hurry, waits, sent: () => sent };
}

it("tries again after growing waits until it is delivered", async () => {
  const { send, waits } = scripted([BUSY, BUSY, DELIVERED]);
  expect(await send()).toEqual(DELIVERED);
  expect(waits).toHaveLength(2);
  const [first = 0, second = 0] = waits;
  expect(first).toBeGreaterThanOrEqual(800);
  expect(first).toBeLessThanOrEqual(1200);
  expect(second).toBeGreaterThanOrEqual(1200);
  expect(second).toBeLessThanOrEqual(1800);
});

it("waits no longer than the longest wait, and a fifth of it", async () => {
  const { send, waits } = scripted([], undefined, { ...RETRY, longestWaitMs: 1000 });
  await send();
  expect(waits).toHaveLength(RETRY.attempts - 1);
  expect(Math.max(...waits)).toBeLessThanOrEqual(1200);
});

it("waits as long as the server asks for", async () => {
  const { send, waits } = scripted([{ ...BUSY, afterMs: 7000 } as Outcome, DELIVERED]);
  await send();
  expect(waits).toEqual([7000]);
});

it("does not try again what was refused", async () => {
  const { send, sent } = scripted([{ kind: "refused", reason: "HTTP 400" }]);
  expect(await send()).toMatchObject({ kind: "refused" });
  expect(sent()).toBe(1);
});

it("gives up after the last attempt", async () => {
  const { send, sent } = scripted([]);
  expect(await send()).toEqual(BUSY);
  expect(sent()).toBe(RETRY.attempts);
});

it("tries once and waits for nothing when the process already ends", async () => {
  const { send, sent, hurry } = scripted([]);
  hurry.abort();
  await send();
  expect(sent()).toBe(1);
});

it("tries a last time when the process begins to end during a wait", async () => {
  const { send, sent, hurry } = scripted([], () => hurry.abort());
  await send();
  expect(sent()).toBe(2);
});

it("sends nothing more once the deadline has passed", async () => {
  const deadline = new AbortController();
  const { send, sent } = scripted([], () => deadline.abort());
  await send(deadline.signal);
  expect(sent()).toBe(1);
});
