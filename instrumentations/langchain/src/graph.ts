/** A graph of LangGraph, as far as it is looked at. */
interface GraphLike {
  name?: unknown;
  nodes?: Readonly<Record<string, unknown>>;
  description?: unknown;
}

/** What the library says of a chain when it starts. */
export interface Chain {
  id?: readonly string[];
  kwargs?: Readonly<Record<string, unknown>>;
}

/** What a chain's run means in the conventions' words. */
export interface Meaning {
  readonly operation: "invoke_agent" | "invoke_workflow" | "plan";
  readonly name: string | undefined;
  readonly description?: string | undefined;
}

/** Facts of a run that its callback tells. */
export interface ChainRun {
  readonly chain: Chain;
  readonly name: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** The graph itself, where it is known. */
  readonly graph: GraphLike | undefined;
  /** Where that is not known: the node that was the first to do something. */
  readonly firstNode?: unknown;
  /** The run above, whose name is a node's when a graph is one; without one of its own it has its class's. */
  readonly parent: { readonly name: string | undefined } | undefined;
}

/** Names that the library gives to chains of its own making. */
const OWN_NAMES = /^(?:(?:Chat\w+)?StructuredOutput(?:Runnable)?|RunnableWithMessageHistory|.*UpdateState)$/;
/** Older chains that ask one model at most; all others of theirs are of several steps. */
const SINGLE = ["LLMChain", "ConversationChain", "StuffDocumentsChain", "TransformChain"];
/** What applications call the node that plans, as the library's own examples do. */
const PLANNER = /^(?:re-?)?plan(?:ner|ning)?$/i;
/** The first node of a ready-made agent: its model, or what middleware has in front. */
const AGENTS_FIRST = /^(?:agent|model_request|.+\.before_(?:agent|model))$/;

/** What a run is worth telling of; `undefined` for the library's plumbing: sequences, prompts, nodes, channels. */
export function readMeaning(run: ChainRun): Meaning | undefined {
  const { id = [] } = run.chain;
  if (isGraph(run.chain)) return readGraph(run);
  if (isPlanner(run)) return { operation: "plan", name: undefined };
  if (id[0] === "langgraph") return undefined;
  const given = givenName(run);
  if (id.at(-1) === "AgentExecutor") return { operation: "invoke_agent", name: given };
  if (run.parent !== undefined) return undefined;
  const name = given !== undefined && OWN_NAMES.test(given) ? undefined : given;
  const isOlder = id[1] === "chains" && !SINGLE.includes(id.at(-1) ?? "");
  if (name === undefined && !isOlder && countSteps(run.chain.kwargs) < 2) return undefined;
  return { operation: "invoke_workflow", name };
}

/** Whether a chain is what a planning node does, or the plan of the older plan-and-execute agent. */
function isPlanner({ chain: { id }, name, metadata, parent }: ChainRun): boolean {
  if (name !== undefined && name === metadata?.langgraph_node) return PLANNER.test(name);
  return parent?.name === "PlanAndExecuteAgentExecutor" && id?.at(-1) === "LLMChain";
}

/** Whether a chain is a graph; its nodes are chains too, and have names of their own. */
export function isGraph({ id = [] }: Chain): boolean {
  return id[0] === "langgraph" && id[1] === "pregel";
}

/** What a graph's run means: an agent, or a workflow. */
export function readGraph(run: ChainRun): Meaning {
  const { graph, metadata, parent } = run;
  const ofGraph = ownName(graph?.name);
  const ofRun = ownName(run.name);
  const node = metadata?.langgraph_node;
  // A graph that is a node of another goes by the node's name.
  const ofNode = node === parent?.name ? parent?.name : undefined;
  if (!isAgent(run)) return { operation: "invoke_workflow", name: ofRun ?? ofGraph ?? ofNode };
  const description = typeof graph?.description === "string" ? graph.description : undefined;
  return { operation: "invoke_agent", name: ofGraph ?? ofRun ?? ofNode, description };
}

/** A graph that was given no name has this one. */
function ownName(name: unknown): string | undefined {
  return typeof name === "string" && name !== "LangGraph" ? name : undefined;
}

/** The ready-made agents are graphs of a model and its tools; what the graph is called tells nothing. */
function isAgent({ graph, firstNode, metadata, parent }: ChainRun): boolean {
  if (typeof firstNode === "string" && AGENTS_FIRST.test(firstNode)) return true;
  if (graph?.nodes === undefined)
    return parent === undefined && metadata?.ls_integration === "langchain_create_agent";
  const { agent, tools, model_request: model } = graph.nodes;
  return model !== undefined || (agent !== undefined && tools !== undefined);
}

/** The name the application gave to a run or to its chain; the name of a class, also of one that is wrapped, is none. */
function givenName({ name, chain: { id, kwargs } }: ChainRun): string | undefined {
  const own = name ?? kwargs?.name;
  const wrapped = (kwargs?.bound as { getName?: () => unknown } | undefined)?.getName?.();
  return typeof own === "string" && own !== "" && own !== id?.at(-1) && own !== wrapped ? own : undefined;
}

interface Step {
  invoke?: unknown;
  _modelType?: unknown;
  _llmType?: unknown;
  _getRelevantDocuments?: unknown;
  nodes?: unknown;
  bound?: Step;
  steps?: Readonly<Record<string, Step>>;
  [member: string]: unknown;
}

/** How many of a chain's steps are models, retrievers or graphs: from two on it is a workflow. */
function countSteps(members: Readonly<Record<string, unknown>> | undefined, depth = 0): number {
  if (members === undefined || depth > 8) return 0;
  const { first, middle, last, bound, steps } = members;
  const inner = [first, ...(Array.isArray(middle) ? middle : []), last, bound, ...Object.values(steps ?? {})];
  return inner.reduce((sum: number, step) => sum + weigh(step as Step | undefined, depth + 1), 0);
}

function weigh(step: Step | undefined, depth: number): number {
  if (typeof step !== "object" || step === null) return 0;
  const isWork =
    typeof step._modelType === "function" ||
    typeof step._getRelevantDocuments === "function" ||
    (typeof step.invoke === "function" && step.nodes !== undefined);
  return isWork ? 1 : countSteps(step, depth);
}
