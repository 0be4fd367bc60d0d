import { ATTR, type Inherited, KIT_ATTR } from "@kit/genai/core";
import type { Attributes } from "@opentelemetry/api";
import { cutText, toText } from "../safe-json.js";

/** Kinds of traced work, besides sessions and jobs, whose keys need more than a name. */
export type MarkKind = "agent" | "task" | "tool" | "trace";

/** Describes a span before it starts. */
export interface Description {
  readonly spanName: string;
  /** `gen_ai.operation.name`, if the conventions have one. */
  readonly operation?: string;
  /** Set at creation, so that samplers may decide by them. */
  readonly attributes: Attributes;
  /** Those attributes that the metric of the operation carries. */
  readonly measured?: Attributes;
  /** What everything inside inherits. */
  readonly handsDown?: Inherited;
}

const MAX_NAME = 256;
const NAMELESS = "anonymous";

/** Turns whatever was given as a name into a non-empty string. */
export function readName(name: unknown): string {
  if (typeof name === "symbol") return readName(name.description);
  return (name == null ? "" : toText(name)) || NAMELESS;
}

/** Describes one traced piece of work. */
export function describeMark(kind: MarkKind, name: string): Description {
  return DESCRIBE[kind](cutText(name, MAX_NAME));
}

const DESCRIBE: Readonly<Record<MarkKind, (name: string) => Description>> = {
  agent: (name) => ({
    spanName: `invoke_agent ${name}`,
    operation: "invoke_agent",
    attributes: {
      [ATTR.operationName]: "invoke_agent",
      [ATTR.agentName]: name,
      [KIT_ATTR.kind]: "agent",
    },
    measured: { [ATTR.agentName]: name },
    handsDown: { agentName: name },
  }),
  task: (name) => ({ spanName: `task ${name}`, attributes: { [KIT_ATTR.kind]: "task" } }),
  tool: (name) => ({
    spanName: `execute_tool ${name}`,
    operation: "execute_tool",
    attributes: {
      [ATTR.operationName]: "execute_tool",
      [ATTR.toolName]: name,
      [ATTR.toolType]: "function",
      [KIT_ATTR.kind]: "tool",
    },
    measured: { [ATTR.toolName]: name, [ATTR.toolType]: "function" },
  }),
  trace: (name) => ({ spanName: name, attributes: { [KIT_ATTR.kind]: "trace" } }),
};

/** Describes a session, which the conventions call a workflow; its key is also the conversation id. */
export function describeSession(given: string, key: string): Description {
  const name = cutText(given, MAX_NAME);
  return {
    spanName: `invoke_workflow ${name}`,
    operation: "invoke_workflow",
    attributes: {
      [ATTR.operationName]: "invoke_workflow",
      [ATTR.workflowName]: name,
      [ATTR.sessionId]: key,
      [ATTR.conversationId]: key,
      [KIT_ATTR.kind]: "session",
      [KIT_ATTR.sessionName]: name,
    },
    measured: { [ATTR.workflowName]: name },
    handsDown: { sessionId: key },
  };
}

/** Describes one run of a scheduled job. */
export function describeCron(given: string, key: string): Description {
  const job = cutText(given, MAX_NAME);
  return {
    spanName: `cron ${job}`,
    attributes: {
      [ATTR.sessionId]: key,
      [KIT_ATTR.kind]: "cron",
      [KIT_ATTR.cronJob]: job,
      [KIT_ATTR.sessionName]: job,
    },
    handsDown: { sessionId: key },
  };
}
