import { describe, expect, it } from "vitest";
import { readActions, readAsked, readInput, readMadeFiles } from "./agent-content.js";
import { invokeAgent, invokeInlineAgent } from "./invoke-agent.js";
import { rerank, retrieve } from "./retrieve.js";
import { generate, generateStream } from "./retrieve-and-generate.js";
import type { AgentEvent, InlineAgentInput } from "./wire.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const request = { operation: "" };
const SECRET = "xyzzy";

function folded(events: readonly AgentEvent[], content: boolean) {
  const fold = invokeAgent.fold?.(content);
  for (const event of events) fold?.add(event);
  return fold?.body() ?? {};
}

describe("what an agent is told", () => {
  it("is what was said before, what came of its actions, and then a text and files", () => {
    const messages = readInput("Go on.", {
      invocationId: "1",
      conversationHistory: { messages: [{ role: "assistant", content: [{ text: "Hello" }] }] },
      returnControlInvocationResults: [
        {
          apiResult: {
            httpMethod: "GET",
            apiPath: "/a",
            responseBody: { "application/json": { body: "{}" } },
          },
        },
        { functionResult: { function: "b", responseBody: { TEXT: { body: "1" }, OTHER: { body: "2" } } } },
      ],
      files: [
        { source: { byteContent: { mediaType: "image/png", data: bytes("a") } } },
        { source: { s3Location: { uri: "s3://a/b" } } },
        {},
      ],
    });
    expect(messages).toEqual([
      { role: "assistant", parts: [{ type: "text", content: "Hello" }] },
      {
        role: "tool",
        parts: [
          { type: "tool_call_response", id: "1", response: "{}" },
          { type: "tool_call_response", id: "1", response: { TEXT: { body: "1" }, OTHER: { body: "2" } } },
        ],
      },
      {
        role: "user",
        parts: [
          { type: "text", content: "Go on." },
          { type: "blob", modality: "image", content: "YQ==", mime_type: "image/png" },
          { type: "uri", modality: "document", uri: "s3://a/b" },
        ],
      },
    ]);
  });

  it("is nothing where a session is only ended", () => {
    expect(readInput(undefined)).toEqual([]);
  });

  it("has functions as tools, and other actions by their name", () => {
    const functions = [{ name: "look", description: "d", parameters: { at: { type: "string" } } }, {}];
    expect(readActions({ functionSchema: { functions } })).toEqual([
      { type: "function", name: "look", description: "d", parameters: { at: { type: "string" } } },
      { type: "function", name: "" },
    ]);
    expect(readActions({ actionGroupName: "api" })).toEqual([{ type: "action_group", name: "api" }]);
  });
});

describe("what an agent answers", () => {
  it("names calls of an API by method and path, with all that is to be sent", () => {
    const apiInvocationInput = {
      httpMethod: "POST",
      apiPath: "/book",
      parameters: [{ name: "id", value: "1" }],
      requestBody: { content: { "application/json": { properties: [{ name: "day", value: "Monday" }] } } },
    };
    expect(readAsked({ invocationId: "2", invocationInputs: [{ apiInvocationInput }] })).toEqual([
      { type: "tool_call", id: "2", name: "POST /book", arguments: { id: "1", day: "Monday" } },
    ]);
  });

  it("has the files that it made", () => {
    expect(readMadeFiles({ files: [{ type: "text/csv", bytes: bytes("a") }] })).toEqual([
      { type: "blob", modality: "document", content: "YQ==", mime_type: "text/csv" },
    ]);
  });

  const EVENTS: AgentEvent[] = [
    { chunk: { bytes: bytes(SECRET), attribution: { citations: [{ quote: SECRET }] } } },
    {
      returnControl: {
        invocationId: "1",
        invocationInputs: [{ functionInvocationInput: { function: SECRET } }],
      },
    },
    { files: { files: [{ type: SECRET, bytes: bytes(SECRET) }] } },
    {
      trace: {
        agentVersion: "3",
        trace: { preProcessingTrace: { modelInvocationOutput: { metadata: { usage: { inputTokens: 1 } } } } },
      },
    },
  ];

  it("is kept only where content is asked for", () => {
    expect(folded(EVENTS, true).parts?.map(({ type }) => type)).toEqual([
      "text",
      "citations",
      "tool_call",
      "blob",
    ]);
    const facts = folded(EVENTS, false);
    expect(JSON.stringify(facts)).not.toContain(SECRET);
    expect(invokeAgent.response?.(facts, request)).toMatchObject({
      usage: { input: 1, output: 0 },
      attributes: { "gen_ai.agent.version": "3" },
    });
  });

  it("is no message where it said nothing", () => {
    const facts = invokeAgent.response?.(folded([], true), request);
    expect(facts?.content?.()).toEqual({ outputMessages: [] });
  });
});

describe("an agent that the call describes", () => {
  const AGENT: InlineAgentInput = { foundationModel: "m", instruction: "Be kind." };

  it.each<[string, InlineAgentInput, string | undefined]>([
    ["alone", AGENT, "m"],
    ["with the models of its prompts", ofPrompts("n"), undefined],
    ["with prompts of no model", ofPrompts(undefined), "m"],
    ["with other agents", { ...AGENT, collaborators: [{}] }, undefined],
    ["with other agents that are kept at AWS", { ...AGENT, collaboratorConfigurations: [{}] }, undefined],
  ])("has one model when it is %s", (_, input, model) => {
    expect(invokeInlineAgent.request(input).model).toBe(model);
  });

  function ofPrompts(foundationModel: string | undefined): InlineAgentInput {
    const prompt = foundationModel === undefined ? {} : { foundationModel };
    return { ...AGENT, promptOverrideConfiguration: { promptConfigurations: [prompt] } };
  }

  it("brings its instructions along", () => {
    expect(invokeInlineAgent.request(AGENT).content?.()).toMatchObject({
      systemInstructions: [{ type: "text", content: "Be kind." }],
    });
  });
});

describe("a search", () => {
  it("may be asked for by a picture, and in a managed knowledge base", () => {
    const retrievalConfiguration = { managedSearchConfiguration: { numberOfResults: 2 } };
    const facts = retrieve.request({ retrievalQuery: {}, retrievalConfiguration });
    expect(facts.attributes).toEqual({ "gen_ai.retrieval.top_k": 2 });
    expect(facts.content?.()).toEqual({});
  });

  it("that ranks tells positions and scores, never the texts", () => {
    const results = [
      { index: 1, relevanceScore: 0, document: { textDocument: { text: SECRET } } },
      { index: 0 },
    ];
    expect(rerank.response?.({ results }, request).content?.()).toEqual({
      retrievalDocuments: [{ id: "1", score: 0 }, { id: "0" }],
    });
  });
});

describe("an answer from a knowledge base", () => {
  it("that a guardrail gave says so, whole and streamed", () => {
    const reasons = ["guardrail_intervened"];
    expect(generate.response?.({ guardrailAction: "INTERVENED" }, request).finishReasons).toEqual(reasons);
    const call = generateStream();
    const fold = call.fold?.(false);
    fold?.add({ guardrail: { action: "INTERVENED" } });
    fold?.add({ output: { text: SECRET }, citation: { quote: SECRET } });
    const body = fold?.body() ?? {};
    expect(JSON.stringify(body)).not.toContain(SECRET);
    expect(call.response?.(body, request).finishReasons).toEqual(reasons);
  });

  it("may come from other sources, and name a guardrail", () => {
    const generationConfiguration = { guardrailConfiguration: { guardrailId: "g" } };
    const externalSourcesConfiguration = { modelArn: "m", generationConfiguration };
    expect(
      generate.request({ retrieveAndGenerateConfiguration: { externalSourcesConfiguration } }),
    ).toMatchObject({
      model: "m",
      attributes: { "aws.bedrock.guardrail.id": "g" },
    });
  });
});
