import { describe, expect, it } from "vitest";
import { elementsFromEnd, elementsFromStart } from "./json-elements.js";

const values = [
  {},
  [],
  "",
  "a,b",
  'quote " and ] and }',
  "back\\slash\\",
  "\\",
  '\\"',
  '"',
  '\\\\"\\',
  { deep: [{ '"key\\"': ["]", "}", ","] }] },
  [[[]], {}],
  0,
  -1.5e-7,
  true,
  null,
  "é😺\u2028",
];

describe.each([
  ["compact", (value: unknown) => JSON.stringify(value)],
  ["pretty", (value: unknown) => ` ${JSON.stringify(value, null, 2)}\n`],
])("an array written %s", (_, write) => {
  it("is read from its end and from its start", () => {
    const json = write(values);
    expect([...elementsFromEnd(json)].map((element) => JSON.parse(element))).toEqual(values.toReversed());
    expect([...elementsFromStart(json)].map((element) => JSON.parse(element))).toEqual(values);
  });

  it.each(values.map((value) => [value]))("may hold %j alone", (value) => {
    const json = write([value]);
    expect([...elementsFromEnd(json)].map((element) => JSON.parse(element))).toEqual([value]);
    expect([...elementsFromStart(json)].map((element) => JSON.parse(element))).toEqual([value]);
  });
});

it.each(["[]", " [ ] ", "{}", "", "null", '"x"', "[", "]"])("finds nothing in %j", (json) => {
  expect([...elementsFromEnd(json)]).toEqual([]);
  expect([...elementsFromStart(json)]).toEqual([]);
});

it("ends on text that is cut anywhere", () => {
  const json = JSON.stringify(values);
  for (let length = 0; length < json.length; length++) {
    expect([...elementsFromEnd(json.slice(length))].length).toBeLessThanOrEqual(values.length + 1);
    expect([...elementsFromStart(json.slice(0, length))].length).toBeLessThanOrEqual(values.length);
  }
});
