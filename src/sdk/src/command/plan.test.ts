import { expect, it } from "vitest";
import { BACKENDS } from "../backends/backends.js";
import { OPEN } from "./plan.js";

it("knows how to ask every backend that init knows", () => {
  expect(Object.keys(OPEN).sort()).toEqual(BACKENDS.map(({ name }) => name).sort());
});
