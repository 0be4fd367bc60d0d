import type { SessionStartData } from "@kit/catsyphon";
import { ATTR } from "@kit/genai/core";
import { ask, type Settings } from "../options.js";
import { type ReadableSpan, readString } from "../readable-span.js";
import type { SessionIdentity, SpanNode, TraceRecord } from "../trace/trace.js";
import { readGitBranch } from "./git-branch.js";

/** Makes the data of `session_start` events: agent, directory, branch. The branch is read once per process. */
export class SessionStarts {
  readonly #settings: Settings;
  #branch: { readonly name: string | undefined } | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  describe(
    identity: SessionIdentity,
    trace: TraceRecord,
    node: SpanNode,
    span: ReadableSpan,
  ): SessionStartData {
    const resource = span.resource.attributes;
    const service = readString(resource, "service.name");
    const agent = findAgent(identity, trace, node);
    const agentType = agent?.agentName ?? this.#settings.agentType ?? service ?? "otel";
    const sessionId = identity.sessionId;
    const data: Record<string, unknown> = {
      agent_version: agent?.agentVersion ?? readString(resource, "service.version"),
      working_directory:
        this.#settings.workingDirectory ??
        readString(resource, "process.working_directory") ??
        currentDirectory(),
      git_branch:
        this.#settings.gitBranch ?? readString(resource, "vcs.ref.head.name") ?? this.#localBranch(),
      parent_session_id: identity.parentSessionId,
      slug:
        ask("slug", () => this.#settings.slug?.(sessionId, agentType)) ??
        `${agentType}-${sessionId.slice(-6)}`,
      context_semantics: {
        source: "otel",
        trace_id: trace.traceId,
        service,
        provider: readString(span.attributes, ATTR.providerName),
      },
    };
    return { ...data, agent_type: agentType.slice(0, 50) };
  }

  #localBranch(): string | undefined {
    this.#branch ??= { name: readGitBranch(process.env, currentDirectory() ?? "/") };
    return this.#branch.name;
  }
}

function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    // The directory the process was started in is gone.
    return undefined;
  }
}

/** The nearest named agent, of the span itself or around it, that belongs to the same session. */
function findAgent(identity: SessionIdentity, trace: TraceRecord, node: SpanNode): SpanNode | undefined {
  for (const candidate of [node, ...trace.ancestors(node)]) {
    const elsewhere = candidate.identity !== undefined && candidate.identity.sessionId !== identity.sessionId;
    if (elsewhere) continue;
    if (candidate.kind === "agent" && candidate.agentName !== undefined) return candidate;
  }
  return undefined;
}
