import { expect, it } from "vitest";
import { readControlFrame } from "./frames.js";

it.each([
  ['{"type":"exit","exit_code":7}', { kind: "exit", code: 7 }],
  ['{"type":"exit","exit_code":255}', { kind: "exit", code: 255 }],
  ['{"type":"exit"}', { kind: "unknown" }],
  ['{"type":"exit","exit_code":"7"}', { kind: "unknown" }],
  ['{"type":"error","error":"e","message":"m"}', { kind: "error", message: "m" }],
  ['{"type":"error","error":"e"}', { kind: "error", message: "e" }],
  ['{"type":"error"}', { kind: "error", message: "the server reported an error" }],
  ['{"type":"debug","msg":"x"}', { kind: "debug" }],
  ['{"type":"news"}', { kind: "unknown" }],
  ["[]", { kind: "unknown" }],
  ["null", { kind: "unknown" }],
  ["not json", { kind: "unknown" }],
  ["", { kind: "unknown" }],
])("reads %s", (text, frame) => {
  expect(readControlFrame(text)).toEqual(frame);
});
