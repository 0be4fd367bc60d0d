import { describe, expect, it } from "vitest";
import { Configuration } from "./configuration.js";

function configure(variables: Record<string, string | undefined>) {
  const problems: string[] = [];
  return { configuration: new Configuration(variables, (problem) => problems.push(problem)), problems };
}

describe("where a setting comes from", () => {
  it("is the option before the variables in their order before the fallback", () => {
    const { configuration } = configure({ FIRST: "1", SECOND: "2" });
    const number = (value: unknown, ...variables: string[]) =>
      configuration.number({ option: "count", value, variables }, 9, { min: 0 });
    expect(number(0, "FIRST")).toBe(0);
    expect(number(undefined, "SECOND", "FIRST")).toBe(2);
    expect(number(undefined, "ABSENT", "FIRST")).toBe(1);
    expect(number(undefined, "ABSENT")).toBe(9);
  });

  it("is not a text of blanks", () => {
    const { configuration, problems } = configure({ BLANK: "  ", EMPTY: "" });
    expect(configuration.string({ variables: ["BLANK", "EMPTY"] })).toBeUndefined();
    expect(configuration.boolean({ variables: ["EMPTY"] }, true)).toBe(true);
    expect(problems).toEqual([]);
  });

  it("is the next place when one cannot be used, which is said with what is used instead", () => {
    const { configuration, problems } = configure({ COUNT: "5" });
    expect(
      configuration.number({ option: "count", value: "many", variables: ["COUNT"] }, 9, { min: 0 }),
    ).toBe(5);
    expect(problems).toEqual(['count: "many" is not a number; 5 is used.']);
  });
});

it("tells of each setting what is used and where that comes from", () => {
  const told: unknown[] = [];
  const variables = { A: "many", B: "5", LIST: "x,z", ODD: "z", PAIRS: "k=v", BROKEN: "k", TEXT: " t " };
  const configuration = new Configuration(
    variables,
    () => {},
    (place, used, from) => told.push([place.variables?.[0] ?? place.option, used, from]),
  );
  configuration.number({ variables: ["A", "B"] }, 9, { min: 0 });
  configuration.number({ variables: ["A"] }, 9, { min: 0 });
  configuration.boolean({ option: "flag", value: "no" }, true);
  configuration.choices({ variables: ["LIST"] }, ["x", "y"]);
  configuration.choices({ variables: ["ODD"] }, ["x", "y"]);
  configuration.pairs("PAIRS");
  configuration.pairs("BROKEN");
  configuration.string({ variables: ["TEXT"] });
  configuration.string({ variables: ["ABSENT"] });
  expect(told).toEqual([
    ["A", 5, "B"],
    ["A", 9, undefined],
    ["flag", false, "flag"],
    ["LIST", ["x"], "LIST"],
    ["ODD", [], undefined],
    ["PAIRS", { k: "v" }, "PAIRS"],
    ["BROKEN", {}, undefined],
    ["TEXT", "t", "TEXT"],
    ["ABSENT", undefined, undefined],
  ]);
});

it.each([
  ["true", true],
  [" ON ", true],
  ["1", true],
  ["yes", true],
  ["FALSE", false],
  ["0", false],
  ["no", false],
  ["off", false],
])("reads %j as %s", (text, expected) => {
  const { configuration, problems } = configure({ FLAG: text });
  expect(configuration.boolean({ variables: ["FLAG"] }, !expected)).toBe(expected);
  expect(problems).toEqual([]);
});

it.each([
  ["0", { min: 1 }, "is below 1"],
  ["2", { min: 0, max: 1 }, "is above 1"],
  ["1.5", { min: 0, integer: true }, "is not a whole number"],
  ["ten", { min: 0 }, "is not a number"],
  ["Infinity", { min: 0 }, "is not a number"],
])("says what is wrong with the number %s", (text, limits, problem) => {
  const { configuration, problems } = configure({ NUMBER: text });
  expect(configuration.number({ variables: ["NUMBER"] }, 7, limits)).toBe(7);
  expect(problems).toEqual([`NUMBER: "${text}" ${problem}; 7 is used.`]);
});

it.each([
  ["1", { min: 1 }],
  ["1", { min: 0, max: 1 }],
])("takes the limit itself, %s", (text, limits) => {
  expect(configure({ NUMBER: text }).configuration.number({ variables: ["NUMBER"] }, 7, limits)).toBe(1);
});

it("keeps the known members of a list, each once, and names the others", () => {
  const { configuration, problems } = configure({ LIST: "b, A,,b,z" });
  expect(configuration.choices({ variables: ["LIST"] }, ["a", "b"])).toEqual(["b", "a"]);
  expect(problems).toEqual(['LIST: "z" is not one of a, b; it is ignored.']);
  expect(configuration.choices({ variables: ["ABSENT"] }, ["a"])).toBeUndefined();
  expect(configuration.choices({ option: "list", value: ["a", "b"] }, ["a", "b"])).toEqual(["a", "b"]);
});

it("reads pairs, whose values may hold equals signs and encoded commas", () => {
  const { configuration } = configure({ PAIRS: "a=1, b = x=y ,c=one%2Ctwo,d=" });
  expect(configuration.pairs("PAIRS")).toEqual({ a: "1", b: "x=y", c: "one,two", d: "" });
});

it.each(["novalue", "=1", "a=%E0%A4"])("discards pairs that hold %j without repeating them", (text) => {
  const { configuration, problems } = configure({ PAIRS: `ok=1,${text}` });
  expect(configuration.pairs("PAIRS")).toEqual({});
  expect(problems).toEqual(["PAIRS is not a list of percent-encoded key=value pairs; it is ignored."]);
});
