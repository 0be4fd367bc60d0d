import { expect, it } from "vitest";
import { readObject } from "./read-object.js";

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]));

it("reads an object and nothing else", () => {
  expect(readObject('{"a":[1,{"b":null}]}')).toEqual({ a: [1, { b: null }] });
  for (const other of ["[1]", "null", "7", "{", "", 7, undefined]) expect(readObject(other)).toBeUndefined();
});

it("takes the first 1,000 members of one that is too large for an event", () => {
  const whole = many(10_000);
  expect(Object.keys(readObject(JSON.stringify(whole)) ?? {})).toEqual(Object.keys(whole).slice(0, 1_000));
  const deep = readObject(JSON.stringify({ first: 1, deep: { deeper: whole }, last: 2 }));
  expect(deep).toMatchObject({ first: 1, last: 2 });
  expect(JSON.stringify(deep).length).toBeLessThan(30_000);
  expect(readObject(JSON.stringify({ list: Array(10_000).fill(1) }))?.list).toHaveLength(999);
});

it("leaves an object alone that may fit, however many members it has", () => {
  const object = { list: Array(5_000).fill(1) };
  expect(readObject(JSON.stringify(object))).toEqual(object);
});

it("reads no text that is longer than 200,000 characters", () => {
  const longest = JSON.stringify({ text: "x".repeat(199_989) });
  expect(longest.length).toBe(200_000);
  expect(readObject(longest)).toBeDefined();
  expect(readObject(`${longest} `)).toBeUndefined();
});
