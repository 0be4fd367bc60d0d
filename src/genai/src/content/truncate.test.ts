import { expect, it } from "vitest";
import { truncate } from "./truncate.js";

it("returns a text that fits as it is", () => {
  expect(truncate("abc", 3)).toBe("abc");
  expect(truncate("a😀", 3)).toBe("a😀");
});

it("cuts a longer one, never inside a surrogate pair", () => {
  expect(truncate("abcd", 3)).toBe("abc");
  expect(truncate("a😀b", 3)).toBe("a😀");
  expect(truncate("a😀b", 2)).toBe("a");
  expect(truncate("😀", 1)).toBe("");
  expect(truncate("abc", 0)).toBe("");
});
