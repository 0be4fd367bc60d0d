import { expect, it } from "vitest";
import { formatCount, formatMs, formatUsd } from "./numbers.js";

it.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [1234567, "1,234,567"],
])("writes the count %d as %s", (count, text) => {
  expect(formatCount(count)).toBe(text);
});

it.each([
  [0, "<1 ms"],
  [0.99, "<1 ms"],
  [1, "1 ms"],
  [999.4, "999 ms"],
  [999.5, "1.00 s"],
  [9994, "9.99 s"],
  [9995, "10.0 s"],
  [59_949, "59.9 s"],
  [59_950, "1 min 00 s"],
  [125_000, "2 min 05 s"],
])("writes %d milliseconds as %s", (ms, text) => {
  expect(formatMs(ms)).toBe(text);
});

it.each([
  [0, "$0.00"],
  [1.254, "$1.25"],
  [0.1, "$0.10"],
  [0.05, "$0.050"],
  [0.000412, "$0.00041"],
  [0.0000001, "<$0.000001"],
])("writes %d dollars as %s", (usd, text) => {
  expect(formatUsd(usd)).toBe(text);
});
