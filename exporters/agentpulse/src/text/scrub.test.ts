import { describe, expect, it } from "vitest";
import { cut, scrub, toErrorText } from "./scrub.js";

describe("scrub", () => {
  it.each([
    ["Incorrect API key provided: sk-proj-AbC_123-x.", "Incorrect API key provided: sk-***."],
    ["sk-ant-api03-abcdef", "sk-***"],
    ["key ap_0123456789abcdef0123456789abcdef refused", "key ap_*** refused"],
    ["Authorization: Bearer abc.def-ghi, then", "Authorization: Bearer ***, then"],
    ['{"authorization":"bearer xyz"}', '{"authorization":"bearer ***"}'],
    ...["AIzaSyA1", "gsk_", "hf_", "xai-", "xoxb-", "ghp_"].map((prefix) => [
      `${prefix}1234567890abcdef`,
      `${prefix.slice(0, 3)}***`,
    ]),
  ])("takes the credential out of %j", (text, scrubbed) => {
    expect(scrub(text)).toBe(scrubbed);
  });

  it.each(["task-1 failed on disk-full", "map_values is not a function", "hf_hub: model missing"])(
    "leaves %j as it is",
    (text) => {
      expect(scrub(text)).toBe(text);
    },
  );
});

it("cuts to the length asked for, never through a character", () => {
  expect(cut("abc", 3)).toBe("abc");
  expect(cut("abcd", 3)).toBe("ab…");
  expect(cut("a😀bcd", 4)).toBe("a😀…");
  expect(cut("a😀bcd", 3)).toBe("a…");
});

it("keeps an error's text to 500 characters", () => {
  expect(toErrorText("e".repeat(500)).length).toBe(500);
  expect(toErrorText("e".repeat(10_000)).length).toBe(500);
});
