import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { Waiters } from "./waiters.js";

it("wakes all who wait, and each of them once", async () => {
  const waiters = new Waiters();
  const both = [waiters.wait(), waiters.wait(new AbortController().signal)];
  waiters.wake();
  await Promise.all(both);
  let woken = false;
  const next = waiters.wait().then(() => {
    woken = true;
  });
  await Promise.resolve();
  expect(woken).toBe(false);
  waiters.wake();
  await next;
});

it("lets those go whose signal aborts, before or while they wait", async () => {
  const waiters = new Waiters();
  await waiters.wait(AbortSignal.abort());
  const stop = new AbortController();
  const waiting = waiters.wait(stop.signal);
  stop.abort();
  await waiting;
});

it("leaves no listener on a signal", async () => {
  const waiters = new Waiters();
  const { signal } = new AbortController();
  const waiting = waiters.wait(signal);
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  waiters.wake();
  await waiting;
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});
