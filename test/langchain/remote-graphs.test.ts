import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answers, json, ProviderServer, streamed } from "../support/provider-server.js";
import { type Any, Stage, VERSIONS } from "./support.js";

const ASK = { messages: [{ role: "user", content: "Hi" }] };
const STATE = {
  messages: [
    { type: "human", content: "Hi" },
    { type: "ai", content: "Hello" },
  ],
};
const ANSWER = streamed(told("values", ASK) + told("values", STATE));

/** An event of a graph's stream, as a server of LangGraph writes it. */
function told(mode: string, data: object): string {
  return `event: ${mode}\ndata: ${JSON.stringify(data)}\n\n`;
}

describe.each(VERSIONS)("%s", (version) => {
  let stage: Stage;
  let server: ProviderServer;
  beforeEach(async () => {
    server = await ProviderServer.start();
    stage = new Stage(version, { captureMessageContent: true }, { except: ["missing_expected"] });
  });
  afterEach(async () => {
    await stage.close();
    await server.close();
  });

  /** A graph on a server of LangGraph, that answers so. */
  function remote(answers: Answers): Any {
    const { RemoteGraph } = stage.load("@langchain/langgraph/remote");
    return new RemoteGraph({ graphId: "helper", url: server.serve("/graphs", answers), apiKey: "none" });
  }

  it("records a call of a remote graph as an agent behind an address", async () => {
    const state = await remote(ANSWER).invoke(ASK, { configurable: { thread_id: "thread-1" } });
    expect(state).toEqual(STATE);
    const span = stage.span("invoke_agent helper");
    expect(span.kind).toBe(SpanKind.CLIENT);
    expect(span.attributes).toEqual({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.provider.name": "langgraph",
      "gen_ai.agent.id": "helper",
      "gen_ai.agent.name": "helper",
      "gen_ai.conversation.id": "thread-1",
      "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: [{ type: "text", content: "Hi" }] }]),
      "gen_ai.output.messages": JSON.stringify([
        { role: "assistant", parts: [{ type: "text", content: "Hello" }] },
      ]),
      "server.address": "127.0.0.1",
      "server.port": server.port,
    });
    await stage.telemetry.finish();
  });

  it("puts one that is a node below its graph", async () => {
    const { Annotation, END, START, StateGraph } = stage.load("@langchain/langgraph");
    const graph = new StateGraph(Annotation.Root({ messages: Annotation }))
      .addNode("far", remote(ANSWER))
      .addEdge(START, "far")
      .addEdge("far", END);
    await graph.compile({ name: "near" }).invoke(ASK);
    expect(stage.tree()).toEqual(["invoke_workflow near", ". invoke_agent helper"]);
    await stage.telemetry.finish();
  });

  it("tells a reader that leaves and an interrupt from a failure", async () => {
    for await (const _ of await remote(ANSWER).stream(ASK, { streamMode: "values" })) break;
    const asking = streamed(told("updates", { __interrupt__: [{ value: "May I?" }] }));
    await expect(remote(asking).invoke(ASK)).rejects.toThrow();
    await expect(remote(json({ error: "no such graph" }, { status: 404 })).invoke(ASK)).rejects.toThrow();
    expect(
      stage.spans.map(({ attributes, status }) => [
        attributes["kit.outcome"],
        attributes["error.type"],
        status.code,
      ]),
    ).toEqual([
      ["cancelled", undefined, SpanStatusCode.UNSET],
      ["cancelled", undefined, SpanStatusCode.UNSET],
      [undefined, "404", SpanStatusCode.ERROR],
    ]);
    await stage.telemetry.finish();
  });
});
