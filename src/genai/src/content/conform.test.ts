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

it("takes answers without a part for none, unless another choice has one", () => {
  const conformed = (outputMessages: Message[]) => conformContent({ outputMessages }).outputMessages;
  const empty = { role: "assistant", parts: [] };
  const said = textMessage("assistant", "hi");
  expect(conformed([{ ...empty }, { ...empty }])).toEqual([]);
  expect(conformed([{ ...empty }, said])).toEqual([empty, said]);
});
