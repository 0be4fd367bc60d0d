import { describe, expect, it } from "vitest";
import { KrytenValidationError } from "./errors.js";
import {
  buildCommandSubject,
  buildEventSubject,
  buildSubject,
  MAX_TOKEN_LENGTH,
  normalizeToken,
  parseSubject,
  SUBJECT_PREFIX,
  sanitizeToken,
} from "./subjects.js";

describe("normalizeToken", () => {
  it.each([
    ["Cytu.be", "cytube"],
    ["My Channel!", "my-channel"],
    ["420.Grindhouse", "420grindhouse"],
    ["café", "café"],
    ["a-b_c~d`e", "a-b_c~d`e"],
    ["!@#$%^&*()+=[]{|}\\:;\"'<>,?/", ""],
    [" . ", "--"],
    ["日本", "日本"],
  ])("turns %j into %j", (text, token) => {
    expect(normalizeToken(text)).toBe(token);
    expect(sanitizeToken(text)).toBe(token);
  });

  it("keeps 100 code points, not half a character", () => {
    expect(normalizeToken("a".repeat(MAX_TOKEN_LENGTH))).toHaveLength(100);
    expect([...normalizeToken(`${"a".repeat(99)}😀b`)]).toHaveLength(100);
    expect(normalizeToken(`${"a".repeat(99)}😀b`)).toBe(`${"a".repeat(99)}😀`);
  });

  it.each(["a\tb", "a\nb", "a\u0000b", "a\u00a0b", "a\u2003b"])(
    "refuses what would end a token: %j",
    (text) => {
      expect(() => normalizeToken(text)).toThrow(KrytenValidationError);
    },
  );
});

describe("subjects", () => {
  it("of events leave the domain out", () => {
    expect(buildSubject("cytu.be", "My Channel!", "chatMsg")).toBe("kryten.events.cytube.my-channel.chatmsg");
    expect(buildEventSubject({ domain: "cytu.be", channel: "My Channel!", eventName: "chatMsg" })).toBe(
      "kryten.events.cytube.my-channel.chatmsg",
    );
    expect(() => buildEventSubject(null as never)).toThrow(KrytenValidationError);
    expect(buildSubject("other.tv", "My Channel!", "chatMsg")).toBe(
      "kryten.events.cytube.my-channel.chatmsg",
    );
  });

  it("are refused when a part vanishes, or at 256 characters", () => {
    expect(() => buildSubject("d", "!!!", "x")).toThrow(KrytenValidationError);
    expect(() => buildSubject("d", "x", "...")).toThrow(KrytenValidationError);
    expect(() => buildCommandSubject("")).toThrow(KrytenValidationError);
    const wide = "😀".repeat(100);
    expect(buildSubject("d", wide, "x".repeat(33))).toHaveLength(255);
    expect(() => buildSubject("d", wide, "x".repeat(34))).toThrow(KrytenValidationError);
  });

  it("of commands name the service", () => {
    expect(buildCommandSubject("Robot")).toBe("kryten.robot.command");
  });

  it("are parsed back", () => {
    expect(parseSubject("kryten.events.cytube.my-channel.chatmsg")).toEqual({
      prefix: SUBJECT_PREFIX,
      domain: "cytube",
      channel: "my-channel",
      eventName: "chatmsg",
    });
    for (const other of [
      "",
      "kryten.robot.command",
      "kryten.events.cytube.lounge",
      "kryten.events.cytube..x",
    ]) {
      expect(() => parseSubject(other)).toThrow(KrytenValidationError);
    }
  });
});
