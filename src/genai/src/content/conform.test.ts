import { expect, it } from "vitest";
import { type Message, textMessage } from "../adapter/messages.js";
import type { Content } from "../adapter/operation.js";
import { conformContent } from "./conform.js";

const conform = (inputMessages: unknown) => conformContent({ inputMessages } as Content).inputMessages;

it("leaves content that fits as it is", () => {
  const messages = [{ role: "user", parts: [{ type: "text", content: "hi" }] }];
  expect(conform(structuredClone(messages))).toEqual(messages);
});

it("makes texts of what should be texts", () => {
  expect(
    conform([{ role: 7, name: 7, parts: [{ type: "tool_call", id: 1, name: 2, arguments: { a: 1 } }] }]),
  ).toEqual([{ role: "7", parts: [{ type: "tool_call", id: "1", name: "2", arguments: { a: 1 } }] }]);
});

it("drops a name that is no text, beside texts too", () => {
  const parts = [{ type: "text", content: "hi" }];
  expect(conform([{ role: "user", name: 7, parts }])).toEqual([{ role: "user", parts }]);
});

it("keeps odd content of a text readable and drops what is no part or message", () => {
  const parts = [
    { type: "text", content: null },
    { type: "text", content: { a: 1 } },
    "loose",
    null,
    { type: 3 },
  ];
  expect(conform(["loose", { role: "user", parts }])).toEqual([
    {
      role: "user",
      parts: [{ type: "text", content: "" }, { type: "text", content: '{"a":1}' }, { type: "x_unknown" }],
    },
  ]);
});

it("fills in what the schemas want of a part and nobody sent", () => {
  const types = ["text", "reasoning", "tool_call", "tool_call_response", "blob", "uri", "file", "x_own"];
  const parts = types.map((type) => ({ type }));
  expect(conform([{ role: "user", parts }])?.[0]?.parts).toEqual([
    { type: "text", content: "" },
    { type: "reasoning", content: "" },
    { type: "tool_call", name: "" },
    { type: "tool_call_response", response: null },
    { type: "blob", modality: "", content: "" },
    { type: "uri", modality: "", uri: "" },
    { type: "file", modality: "", file_id: "" },
    { type: "x_own" },
  ]);
});

it("takes a text in the place of parts for the only one, and anything else there for none", () => {
  expect(
    conform([
      { role: "user", parts: "[redacted]" },
      { role: "user", parts: { type: "text" } },
    ]),
  ).toEqual([
    { role: "user", parts: [{ type: "text", content: "[redacted]" }] },
    { role: "user", parts: [] },
  ]);
});

it("writes what is odd about a text as far as it can be written", () => {
  const circle: Record<string, unknown> = { n: 1n };
  circle.self = circle;
  const parts = [circle, new Uint8Array(3)].map((content) => ({ type: "text", content }));
  expect(conform([{ role: "user", parts }])?.[0]?.parts).toEqual([
    { type: "text", content: '{"n":"1","self":"[circular or too deep]"}' },
    { type: "text", content: "[3 bytes]" },
  ]);
});

it("takes answers without a part for none, unless another choice has one", () => {
  const conformed = (outputMessages: Message[]) => conformContent({ outputMessages }).outputMessages;
  const empty = { role: "assistant", parts: [] };
  const said = textMessage("assistant", "hi");
  expect(conformed([{ ...empty }, { ...empty }])).toEqual([]);
  expect(conformed([{ ...empty }, said])).toEqual([empty, said]);
});
