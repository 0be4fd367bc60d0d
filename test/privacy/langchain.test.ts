import type { LangChainInstrumentationConfig } from "@kit/instrumentation-langchain";
import { describe, expect, it } from "vitest";
import { type Any, Stage, toyModel, VERSIONS } from "../langchain/support.js";
import { Canaries, exportedBytes } from "./canaries.js";

/** Runs everything the library has, with a mark on every piece of content. */
async function runMarked(stage: Stage, mark: Canaries): Promise<void> {
  const { load } = stage;
  const failing = (label: string) => () => {
    throw new TypeError(`it failed with ${mark.text(label)}`);
  };
  const quoting = ([{ content }]: Any[]) => {
    throw new RangeError(`cannot answer "${content}"`);
  };
  const call = {
    id: "call_1",
    name: "weather",
    args: { city: mark.text("call arguments") },
    type: "tool_call",
  };
  const answer = { content: mark.text("answer"), tool_calls: [call] };
  const { HumanMessage, SystemMessage, ToolMessage } = load("@langchain/core/messages");
  await toyModel(load, () => answer).invoke([
    new SystemMessage(mark.text("system")),
    new HumanMessage({ content: [{ type: "text", text: mark.text("part of a message") }] }),
    new ToolMessage({ content: mark.text("tool message"), tool_call_id: "call_0" }),
  ]);
  for await (const _ of await toyModel(load, () => mark.text("stream")).stream(mark.text("streamed prompt")));
  await toyModel(load, quoting).invoke(mark.text("quoted prompt")).catch(String);

  const { tool } = load("@langchain/core/tools");
  const schema = { type: "object", properties: { city: { type: "string" } } };
  const made = (run: unknown) => tool(run, { name: "weather", description: "tells the weather", schema });
  await made(() => mark.text("tool result")).invoke({ city: mark.text("tool input") });
  await made(failing("tool error"))
    .invoke({ city: mark.text("input of a failing tool") })
    .catch(String);

  const { BaseRetriever } = load("@langchain/core/retrievers");
  class Facts extends BaseRetriever {
    lc_namespace = ["application"];
    async _getRelevantDocuments(query: string) {
      if (query.includes("broken")) throw new Error(`no index for ${query}`);
      return [{ pageContent: mark.text("document"), metadata: { source: mark.text("metadata") } }];
    }
  }
  const facts = new (Facts as Any)();
  await facts.invoke(mark.text("query"));
  await facts.invoke(`broken ${mark.text("query of a failing retriever")}`).catch(String);

  const { MessagesAnnotation, END, START, StateGraph } = load("@langchain/langgraph");
  const graph = (node: unknown) =>
    new StateGraph(MessagesAnnotation)
      .addNode("node", node)
      .addEdge(START, "node")
      .addEdge("node", END)
      .compile({ name: "flow" });
  const state = (label: string) => ({ messages: [{ role: "user", content: mark.text(label) }] });
  await graph(() => state("graph output")).invoke(state("graph input"));
  await graph(failing("node error")).invoke(state("input of a failing graph")).catch(String);
  const chain = toyModel(load, () => mark.text("chain answer")).pipe(({ content }: Any) => content);
  await chain.invoke(mark.text("chain input"), {
    runName: "chain",
    metadata: { note: mark.text("metadata of a run") },
  });
}

/** Things that no setting records. */
const NEVER = ["metadata", "metadata of a run"];

async function exportMarked(version: (typeof VERSIONS)[number], config: LangChainInstrumentationConfig) {
  const mark = new Canaries();
  const stage = new Stage(version, config, { except: ["missing_expected"] });
  await runMarked(stage, mark);
  const { spans, metrics, logs } = exportedBytes(await stage.telemetry.finish());
  await stage.close();
  return { mark, spans, metrics, logs };
}

describe.each(VERSIONS)("%s", (version) => {
  it("lets no content out unless asked to", async () => {
    const { mark, spans, metrics, logs } = await exportMarked(version, {});
    expect(mark.count).toBeGreaterThan(20);
    expect(spans).toContain("execute_tool weather");
    expect([spans, metrics, logs].map((text) => mark.leaksIn(text))).toEqual([[], [], []]);
  });

  it("records all content on spans when asked to, and none elsewhere", async () => {
    const { mark, spans, metrics, logs } = await exportMarked(version, { captureMessageContent: true });
    const found = mark.leaksIn(spans);
    const missing = mark.labels.filter((label) => !found.includes(label));
    expect(missing).toEqual(NEVER);
    expect([metrics, logs].map((text) => mark.leaksIn(text))).toEqual([[], []]);
  });

  it("lets nothing out that the redact hook takes away", async () => {
    const redact = () => ({});
    const { mark, spans } = await exportMarked(version, { captureMessageContent: true, redact });
    expect(mark.leaksIn(spans)).toEqual([]);
  });
});
