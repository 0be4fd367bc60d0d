import { expect, it } from "vitest";
import { type PartialArg, withPartialArg } from "./partial-args.js";

const put = (...pieces: PartialArg[]) => pieces.reduce<unknown>(withPartialArg, undefined);

it.each<[string, PartialArg[], unknown]>([
  [
    "a text in several pieces",
    [piece("$.a", "x"), piece("$.a", "y"), piece("$.b", "z")],
    { a: "xy", b: "z" },
  ],
  ["a number", [{ jsonPath: "$.a", numberValue: 0 }], { a: 0 }],
  ["a truth", [{ jsonPath: "$.a", boolValue: false }], { a: false }],
  ["nothing", [{ jsonPath: "$.a", nullValue: "NULL_VALUE" } as PartialArg], { a: null }],
  [
    "what stands deep",
    [piece("$.a.b[0].c", "x"), piece("$.a.b[1].c", "y")],
    { a: { b: [{ c: "x" }, { c: "y" }] } },
  ],
  [
    "quoted names",
    [piece("$['a b'][\"c.d\"]", "x"), piece("$['it\\'s']", "y")],
    { "a b": { "c.d": "x" }, "it's": "y" },
  ],
  ["an item far behind the others", [piece("$.a[4000000000]", "x")], { a: ["x"] }],
  ["a text that becomes an object", [piece("$.a", "x"), piece("$.a.b", "y")], { a: { b: "y" } }],
  ["a piece without a path", [{ stringValue: "x" }], "x"],
])("puts %s where it belongs", (_, pieces, args) => {
  expect(put(...pieces)).toEqual(args);
});

it("never reaches what all objects share", () => {
  put(piece("$.a[0]", "x"), piece("$.a.constructor.prototype.evil", "x"), piece("$.__proto__.evil", "x"));
  expect([{}, []].map((one) => "evil" in one)).toEqual([false, false]);
});

function piece(jsonPath: string, stringValue: string): PartialArg {
  return { jsonPath, stringValue };
}
