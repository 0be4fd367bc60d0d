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
  ])("is a workflow with this name: %o", (facts, name) => {
    expect(readMeaning(run({ chain: PREGEL, ...facts }))).toEqual({ operation: "invoke_workflow", name });
  });

  it.each([
    [{ graph: { name: "helper", nodes: { agent: 1, tools: 1 } } }, "helper"],
    [{ graph: { nodes: { model_request: 1 } } }, undefined],
    [{ name: "helper", metadata: { ls_integration: "langchain_create_agent" } }, "helper"],
  ])("is an agent with this name: %o", (facts, name) => {
    expect(readMeaning(run({ chain: PREGEL, ...facts }))).toMatchObject({ operation: "invoke_agent", name });
  });

  it("is an agent if its first node is a model or a hook of middleware", () => {
    const first = (firstNode: string) => readMeaning(run({ chain: PREGEL, firstNode }))?.operation;
    const agents = ["agent", "model_request", "Summary.before_agent", "Todo.before_model"];
    expect(agents.map(first)).toEqual(Array(4).fill("invoke_agent"));
    expect(["router", "before_agent"].map(first)).toEqual(Array(2).fill("invoke_workflow"));
  });

  it("is not an agent just because it runs inside one", () => {
    const metadata = { ls_integration: "langchain_create_agent" };
    expect(readMeaning(run({ chain: PREGEL, metadata, parent: { name: undefined } }))?.operation).toBe(
      "invoke_workflow",
    );
  });
});

describe("a chain", () => {
  it("is recorded if the application named it and it has no parent", () => {
    expect(readMeaning(run({ chain: SEQUENCE, name: "travel" }))?.name).toBe("travel");
    expect(readMeaning(run({ chain: { ...SEQUENCE, kwargs: { name: "travel" } } }))?.name).toBe("travel");
    expect(
      readMeaning(run({ chain: SEQUENCE, name: "travel", parent: { name: undefined } })),
    ).toBeUndefined();
    expect(readMeaning(run({ chain: SEQUENCE }))).toBeUndefined();
    expect(readMeaning(run({ chain: SEQUENCE, name: "RunnableSequence" }))).toBeUndefined();
    for (const own of [
      "StructuredOutput",
      "ChatAnthropicStructuredOutput",
      "ChatGoogleStructuredOutputRunnable",
    ])
      expect(readMeaning(run({ chain: SEQUENCE, name: own }))).toBeUndefined();
    expect(readMeaning(run({ chain: { id: ["langgraph", "ToolNode"] }, name: "tools" }))).toBeUndefined();
  });

  it("is a workflow if it has two models, retrievers or graphs, however deeply nested", () => {
    const model = { invoke() {}, _modelType() {} };
    const retriever = { invoke() {}, _getRelevantDocuments() {} };
    const graph = { invoke() {}, nodes: {} };
    const chain = (kwargs: object) => readMeaning(run({ chain: { ...SEQUENCE, kwargs: { ...kwargs } } }));
    expect(chain({ first: {}, middle: [model], last: {} })).toBeUndefined();
    expect(chain({ first: { bound: model }, middle: [], last: model })).toBeDefined();
    expect(
      chain({ first: { steps: { context: { first: retriever, last: {} } } }, last: graph }),
    ).toBeDefined();
    expect(chain({ mapper: { steps: { a: model, b: { first: {}, last: model } } } })).toBeDefined();
    expect(chain({ runnable: model, fallbacks: [model] })).toBeDefined();
    expect(chain({ bound: { lc_id: ["RunnableEach"], bound: model } })).toBeDefined();
    expect(chain({ bound: { lc_id: ["RunnableRetry"], bound: model } })).toBeUndefined();
    expect(chain({ branches: [[{}, model]], default: model })).toBeUndefined();
    expect(chain({ branches: [[model, {}]], default: model })).toBeDefined();
    const circle: Record<string, unknown> = {};
    circle.first = circle;
    expect(chain(circle)).toBeUndefined();
  });

  it("is a plan as a planning node, or as the first step of the legacy plan-and-execute agent", () => {
    const node = (name: string) =>
      readMeaning(run({ name, metadata: { langgraph_node: name }, parent: { name: "LangGraph" } }))
        ?.operation;
    expect(["plan", "planner", "replan", "Re-planner", "planning"].map(node)).toEqual(Array(5).fill("plan"));
    expect(["explain", "planets", "plan_trip", "agent"].map(node)).toEqual(Array(4).fill(undefined));
    const chain = { id: ["langchain", "chains", "llm", "LLMChain"] };
    const first = readMeaning(run({ chain, parent: { name: "PlanAndExecuteAgentExecutor" } }));
    expect(first?.operation).toBe("plan");
  });

  it("is a workflow if it is a legacy chain of several steps", () => {
    const older = (name: string) => readMeaning(run({ chain: { id: ["langchain", "chains", "x", name] } }));
    expect(older("RetrievalQAChain")).toEqual({ operation: "invoke_workflow", name: undefined });
    expect(older("LLMChain")).toBeUndefined();
  });

  it("ignores names that the library gives to its own chains", () => {
    const names = ["RunnableWithMessageHistory", "LangGraphUpdateState", "ordersUpdateState"];
    expect(names.map((name) => readMeaning(run({ chain: SEQUENCE, name })))).toEqual(
      Array(3).fill(undefined),
    );
  });

  it("is an agent if it is the agent executor", () => {
    const chain = { id: ["langchain", "agents", "executor", "AgentExecutor"] };
    expect(readMeaning(run({ chain, parent: { name: undefined } }))?.operation).toBe("invoke_agent");
  });
});
