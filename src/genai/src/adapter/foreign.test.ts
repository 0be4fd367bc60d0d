import { expect, it } from "vitest";
import { withoutNulls } from "./foreign.js";

it("keeps what tells something, also zero and the empty text", () => {
  expect(withoutNulls({ a: 0, b: "", c: false, d: null, e: undefined })).toStrictEqual({
    a: 0,
    b: "",
    c: false,
  });
  expect(withoutNulls(null)).toEqual({});
});
