import type { Members } from "../names.js";

/** How the library describes a chain when it starts. */
export interface Chain {
  readonly id?: readonly string[];
  readonly kwargs?: Members;
}

/** What a chain's run means in terms of the conventions. */
export interface Meaning {
  readonly operation: "invoke_agent" | "invoke_workflow" | "plan";
  readonly name: string | undefined;
  readonly description?: string | undefined;
}

/** What is known of a chain's run when it starts. */
export interface ChainRun {
  readonly chain: Chain;
  readonly name: string | undefined;
  readonly metadata: Members | undefined;
  /** The graph itself, if its method was seen. */
  readonly graph: Members | undefined;
  /** If it was not: the node in which something happened first. */
  readonly firstNode?: unknown;
  /** The run above. If that is a node, it has the node's name. */
  readonly parent: { readonly name: string | undefined } | undefined;
}

/** Names that the library gives to its own chains. */
const OWN_NAMES = /^(?:(?:Chat\w+)?StructuredOutput(?:Runnable)?|RunnableWithMessageHistory|.*UpdateState)$/;
/** Legacy chains of at most one model call; all other legacy chains have several steps. */
const SINGLE = ["LLMChain", "ConversationChain", "StuffDocumentsChain", "TransformChain"];
/** Usual names for a planning node, as in LangGraph's examples. */
const PLANNER = /^(?:re-?)?plan(?:ner|ning)?$/i;
/** The first node of a prebuilt agent: its model, or a hook of its middleware. */
const AGENTS_FIRST = /^(?:agent|model_request|.+\.before_(?:agent|model))$/;

/** Reads the meaning of a run; `undefined` for the library's plumbing: sequences, prompts, nodes, channels. */
export function readMeaning(run: ChainRun): Meaning | undefined {
  const { id = [], kwargs } = run.chain;
  if (isGraph(run.chain)) return readGraph(run);
  if (isPlanner(run)) return { operation: "plan", name: undefined };
  if (id[0] === "langgraph") return undefined;
  const given = givenName(run);
  if (id.at(-1) === "AgentExecutor") return { operation: "invoke_agent", name: given };
  if (run.parent !== undefined) return undefined;
  const name = given !== undefined && OWN_NAMES.test(given) ? undefined : given;
  const isLegacy = id[1] === "chains" && !SINGLE.includes(id.at(-1) ?? "");
  if (name === undefined && !isLegacy && countSteps({ ...kwargs, lc_id: id }) < 2) return undefined;
  return { operation: "invoke_workflow", name };
}

/** Of a chain whose steps do not tell what the application's functions among them call. */
export const UNTOLD: Meaning = { operation: "invoke_workflow", name: undefined };

/** What an outermost chain without a meaning turns out to be if one of its functions calls a model. */
export function readUntold({ chain: { id }, parent }: ChainRun): Meaning | undefined {
  return parent === undefined && id?.[0] !== "langgraph" ? UNTOLD : undefined;
}

/** Whether a chain is a function of the application. */
export function isFunction({ id }: Chain): boolean {
  return id?.at(-1) === "RunnableLambda";
}

/** Whether a run is that of a planning node, or the first step of the legacy plan-and-execute agent. */
function isPlanner({ chain: { id }, name, metadata, parent }: ChainRun): boolean {
  if (name !== undefined && name === metadata?.langgraph_node) return PLANNER.test(name);
  return parent?.name === "PlanAndExecuteAgentExecutor" && id?.at(-1) === "LLMChain";
}

/** Whether a chain is a graph. The nodes of graphs are chains as well. */
export function isGraph({ id = [] }: Chain): boolean {
  return id[0] === "langgraph" && id[1] === "pregel";
}

/** Reads the meaning of a graph's run: an agent or a workflow. */
export function readGraph(run: ChainRun): Meaning {
  const { graph, metadata, parent } = run;
  const ofGraph = ownName(graph?.name);
  const ofRun = ownName(run.name);
  // A graph that is a node of another one has the node's name.
  const ofNode = metadata?.langgraph_node === parent?.name ? parent?.name : undefined;
  if (!isAgent(run)) return { operation: "invoke_workflow", name: ofRun ?? ofGraph ?? ofNode };
  const description = typeof graph?.description === "string" ? graph.description : undefined;
  return { operation: "invoke_agent", name: ofGraph ?? ofRun ?? ofNode, description };
}

/** LangGraph names a graph `LangGraph` if the application does not. */
function ownName(name: unknown): string | undefined {
  return typeof name === "string" && name !== "LangGraph" ? name : undefined;
}

/** Prebuilt agents are graphs of a model and its tools; their class and name say nothing. */
function isAgent({ graph, firstNode, metadata, parent }: ChainRun): boolean {
  if (typeof firstNode === "string" && AGENTS_FIRST.test(firstNode)) return true;
  if (graph?.nodes === undefined)
    return parent === undefined && metadata?.ls_integration === "langchain_create_agent";
  const { agent, tools, model_request: model } = graph.nodes as Members;
  return model !== undefined || (agent !== undefined && tools !== undefined);
}

/** The application's name for a run or its chain, as opposed to the name of a class, its own or that of what it wraps. */
function givenName({ name, chain: { id, kwargs } }: ChainRun): string | undefined {
  const given = name ?? kwargs?.name;
  const wrapped = (kwargs?.bound as { getName?: () => unknown } | undefined)?.getName?.();
  const isGiven = typeof given === "string" && given !== "" && given !== id?.at(-1) && given !== wrapped;
  return isGiven ? given : undefined;
}

/**
 * Counts the models, retrievers and graphs that a chain may call. With two or more, it is a workflow; one model that is
 * tried again is none.
 */
function countSteps(step: unknown, depth = 0): number {
  if (typeof step !== "object" || step === null || depth > 8) return 0;
  const { lc_id: id, invoke, nodes, _modelType, _getRelevantDocuments } = step as Members;
  if (typeof _modelType === "function" || typeof _getRelevantDocuments === "function") return 1;
  if (typeof invoke === "function" && nodes !== undefined) return 1;
  const { first, middle, last, bound, mapper, steps, runnable, fallbacks } = step as Members;
  const { branches = [], default: otherwise } = step as {
    branches?: [unknown, unknown][];
    default?: unknown;
  };
  const count = (each: unknown) => countSteps(each, depth + 1);
  const all = [first, middle, last, bound, mapper, runnable, fallbacks, Object.values(steps ?? {})].flat();
  const conditions = branches.map(([condition]) => condition);
  const targets = [...branches.map(([, target]) => target), otherwise];
  const sum = [...all, ...conditions].reduce((total: number, each) => total + count(each), 0);
  // Only one of the branches is called.
  const total = sum + Math.max(...targets.map(count));
  const isForEach = (id as string[] | undefined)?.at(-1) === "RunnableEach";
  return isForEach ? total * 2 : total;
}
