import { diag } from "@opentelemetry/api";
import { expect, it, vi } from "vitest";
import { type Choice, readChoice } from "./choice.js";

const CHOICE: Choice<"near" | "far" | "both"> = {
  option: "reach",
  variable: "KIT_REACH",
  words: ["near", "far", "both"],
};

it("takes the option over the environment over the first word, in any case and spacing", () => {
  expect(readChoice(CHOICE, "both", { KIT_REACH: "far" })).toBe("both");
  expect(readChoice(CHOICE, undefined, { KIT_REACH: " Far " })).toBe("far");
  expect(readChoice(CHOICE, undefined, { KIT_REACH: "" })).toBe("near");
  expect(readChoice(CHOICE, undefined, {})).toBe("near");
});

it("says which setting has an unknown word, and takes the first word instead", () => {
  const warn = vi.spyOn(diag, "warn").mockReturnValue();
  expect(readChoice(CHOICE, undefined, { KIT_REACH: "wide" })).toBe("near");
  expect(readChoice(CHOICE, "", { KIT_REACH: "far" })).toBe("near");
  expect(warn.mock.calls).toEqual([
    ['KIT_REACH: unknown value "wide"; expected near, far or both. Using near.'],
    ['reach: unknown value ""; expected near, far or both. Using near.'],
  ]);
  warn.mockRestore();
});
