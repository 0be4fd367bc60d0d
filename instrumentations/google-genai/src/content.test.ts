import { describe, expect, it } from "vitest";
import { type Contents, type Part, readContents, readInstructions, readPart, readTools } from "./content.js";

describe("a part", () => {
  it.each<[string, Part, unknown]>([
    ["a text", { text: "a" }, { type: "text", content: "a" }],
    ["a thought", { text: "a", thought: true }, { type: "reasoning", content: "a" }],
    ["an empty text", { text: "" }, []],
    [
      "a call",
      { functionCall: { name: "f", args: { a: 1 } } },
      { type: "tool_call", name: "f", arguments: { a: 1 } },
    ],
    ["a call without a name", { functionCall: {} }, { type: "tool_call", name: "" }],
    [
      "a result",
      { functionResponse: { id: "1", response: 2 } },
      { type: "tool_call_response", id: "1", response: 2 },
    ],
    [
      "a result with media",
      { functionResponse: { response: 2, parts: [{ inlineData: { data: "aGk=" } }] } },
      { type: "tool_call_response", response: { response: 2, parts: [{ inlineData: { data: "aGk=" } }] } },
    ],
    ["an empty result", { functionResponse: {} }, { type: "tool_call_response", response: null }],
    [
      "sound",
      { inlineData: { data: "aGk=", mimeType: "audio/wav" } },
      { type: "blob", modality: "audio", content: "aGk=", mime_type: "audio/wav" },
    ],
    [
      "a file",
      { fileData: { fileUri: "gs://a/b.pdf", mimeType: "application/pdf" } },
      { type: "uri", modality: "document", uri: "gs://a/b.pdf", mime_type: "application/pdf" },
    ],
    ["data that is not there", { inlineData: {} }, []],
    [
      "code",
      { executableCode: { code: "1" } },
      {
        type: "server_tool_call",
        name: "code_execution",
        server_tool_call: { type: "code_execution", code: "1" },
      },
    ],
    [
      "a tool of Google's",
      { toolResponse: { id: "1", toolType: "GOOGLE_SEARCH_WEB", response: 2 } },
      {
        type: "server_tool_call_response",
        id: "1",
        server_tool_call_response: { type: "google_search_web", toolType: "GOOGLE_SEARCH_WEB", response: 2 },
      },
    ],
    ["an empty part", {}, []],
    ["something new", { other: 1 } as Part, { type: "x_part", other: 1 }],
  ])("is %s", (_, part, expected) => {
    expect(JSON.parse(JSON.stringify(readPart(part)))).toEqual(expected);
  });
});

describe("contents", () => {
  const user = (...texts: string[]) => [
    { role: "user", parts: texts.map((content) => ({ type: "text", content })) },
  ];

  it.each<[string, Contents, unknown]>([
    ["nothing", undefined, []],
    ["an empty list", [], []],
    ["a text", "a", user("a")],
    ["a part", { text: "a" }, user("a")],
    ["texts and parts", ["a", { text: "b" }], user("a", "b")],
    ["a message", { parts: ["a", { text: "b" }] }, user("a", "b")],
    ["a message with nothing among its parts", [{ parts: [null, { text: "a" }] as Part[] }], user("a")],
    ["a message without parts", { role: "user", parts: null }, [{ role: "user", parts: [] }]],
    ["an answer", [{ role: "model", parts: [] }], [{ role: "assistant", parts: [] }]],
    ["messages beside what is none", [{ parts: [{ text: "a" }] }, "b"], user("a")],
  ])("are %s", (_, contents, expected) => {
    expect(readContents(contents)).toEqual(expected);
  });

  it("may be instructions", () => {
    expect(readInstructions({ parts: [{ text: "a" }, { text: "b" }] })).toEqual([
      { type: "text", content: "a" },
      { type: "text", content: "b" },
    ]);
  });
});

it("reads the application's functions and Google's tools", () => {
  const declared = { name: "f", description: "d", parameters: 1, parametersJsonSchema: 2 };
  const tools = [
    { functionDeclarations: [declared, {}], googleSearch: {}, retrieval: null },
    null as never,
    { urlContext: {}, functionDeclarations: [null as never] },
  ];
  expect(readTools(tools)).toEqual([
    { type: "function", name: "f", description: "d", parameters: 2 },
    { type: "function", name: "" },
    { type: "googleSearch", name: "googleSearch" },
    { type: "urlContext", name: "urlContext" },
  ]);
});
