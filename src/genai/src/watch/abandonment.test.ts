import { expect, it } from "vitest";
import type { Recorder } from "../record/recorder.js";
import { type Abandonable, AbandonedCalls } from "./abandonment.js";

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** A call that notes what becomes of it. */
function open() {
  const outcomes: string[] = [];
  const recorder = { ended: false, end: ({ outcome }: { outcome: string }) => void outcomes.push(outcome) };
  const call: Abandonable & { lingered: number } = {
    recorder: recorder as unknown as Recorder,
    watched: false,
    lingered: 0,
    linger() {
      this.lingered += 1;
    },
  };
  return { outcomes, recorder, call };
}

it("watches a call that is still open after a turn, and none that has ended in it", async () => {
  const calls = new AbandonedCalls();
  const [short, long] = [open(), open()];
  for (const { call } of [short, long]) calls.add(call);
  short.recorder.ended = true;
  await nextTurn();
  expect([short, long].map(({ call }) => [call.watched, call.lingered])).toEqual([
    [false, 0],
    [true, 1],
  ]);
});

it("does not let open calls pile up in a program that never yields", () => {
  const calls = new AbandonedCalls();
  const opened = Array.from({ length: 64 }, open);
  for (const { call } of opened.slice(0, 63)) calls.add(call);
  expect(opened.some(({ call }) => call.watched)).toBe(false);
  calls.add((opened.at(-1) as (typeof opened)[number]).call);
  expect(opened.every(({ call }) => call.watched)).toBe(true);
});

it("ends those that are still open with the process, and none that it was told to forget", async () => {
  const calls = new AbandonedCalls();
  const [forgotten, left, fresh] = [open(), open(), open()];
  calls.add(forgotten.call);
  calls.add(left.call);
  await nextTurn();
  calls.forget(forgotten.call);
  calls.add(fresh.call);
  calls.endAll();
  expect([forgotten, left, fresh].map(({ outcomes }) => outcomes)).toEqual([
    [],
    ["abandoned"],
    ["abandoned"],
  ]);
});
