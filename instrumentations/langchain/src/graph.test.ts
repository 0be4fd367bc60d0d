import { describe, expect, it } from "vitest";
import { type ChainRun, readMeaning } from "./graph.js";

const run = (facts: Partial<ChainRun>): ChainRun => ({
  chain: {},
  name: undefined,
  metadata: undefined,
  graph: undefined,
  parent: undefined,
  ...facts,
});
const PREGEL = { id: ["langgraph", "pregel", "CompiledStateGraph"] };
const SEQUENCE = { id: ["langchain_core", "runnables", "RunnableSequence"] };

describe("a graph", () => {
  it.each([
    [{ name: "LangGraph" }, undefined],
    [{ name: "orders", graph: { name: "orders" } }, "orders"],
    [{ name: "nightly", graph: { name: "orders" } }, "nightly"],
    [{ name: "LangGraph", metadata: { langgraph_node: "step" }, parent: { name: "step" } }, "step"],
    [{ name: "LangGraph", metadata: { langgraph_node: "tools" }, parent: { name: "weather" } }, undefined],
  ])("is a workflow of this name: %o", (facts, name) => {
    expect(readMeaning(run({ chain: PREGEL, ...facts }))).toEqual({ operation: "invoke_workflow", name });
  });

  it.each([
    [{ graph: { name: "helper", nodes: { agent: 1, tools: 1 } } }, "helper"],
    [{ graph: { nodes: { model_request: 1 } } }, undefined],
    [{ name: "helper", metadata: { ls_integration: "langchain_create_agent" } }, "helper"],
  ])("is an agent of this name: %o", (facts, name) => {
    expect(readMeaning(run({ chain: PREGEL, ...facts }))).toMatchObject({ operation: "invoke_agent", name });
  });

  it("is no agent because it runs inside one", () => {
    const metadata = { ls_integration: "langchain_create_agent" };
    expect(readMeaning(run({ chain: PREGEL, metadata, parent: { name: undefined } }))?.operation).toBe(
      "invoke_workflow",
    );
  });
});

describe("a chain", () => {
  it("is told of by the name the application gave it, and only at the top", () => {
    expect(readMeaning(run({ chain: SEQUENCE, name: "travel" }))?.name).toBe("travel");
    expect(readMeaning(run({ chain: { ...SEQUENCE, kwargs: { name: "travel" } } }))?.name).toBe("travel");
    expect(
      readMeaning(run({ chain: SEQUENCE, name: "travel", parent: { name: undefined } })),
    ).toBeUndefined();
    expect(readMeaning(run({ chain: SEQUENCE }))).toBeUndefined();
    expect(readMeaning(run({ chain: SEQUENCE, name: "RunnableSequence" }))).toBeUndefined();
    expect(readMeaning(run({ chain: SEQUENCE, name: "StructuredOutput" }))).toBeUndefined();
    expect(readMeaning(run({ chain: { id: ["langgraph", "ToolNode"] }, name: "tools" }))).toBeUndefined();
  });

  it("is a workflow from two models, retrievers or graphs on, however deep they stand", () => {
    const model = { invoke() {}, _modelType() {} };
    const retriever = { invoke() {}, _getRelevantDocuments() {} };
    const graph = { invoke() {}, nodes: {} };
    const chain = (kwargs: object) => readMeaning(run({ chain: { ...SEQUENCE, kwargs: { ...kwargs } } }));
    expect(chain({ first: {}, middle: [model], last: {} })).toBeUndefined();
    expect(chain({ first: { bound: model }, middle: [], last: model })).toBeDefined();
    expect(
      chain({ first: { steps: { context: { first: retriever, last: {} } } }, last: graph }),
    ).toBeDefined();
    const circle: Record<string, unknown> = {};
    circle.first = circle;
    expect(chain(circle)).toBeUndefined();
  });

  it("is an agent when it is the agent executor", () => {
    const chain = { id: ["langchain", "agents", "executor", "AgentExecutor"] };
    expect(readMeaning(run({ chain, parent: { name: undefined } }))?.operation).toBe("invoke_agent");
  });
});
