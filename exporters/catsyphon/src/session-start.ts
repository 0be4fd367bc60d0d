import type { SessionStartData } from "@kit/catsyphon";
import { ATTR } from "@kit/genai/core";
import { readGitBranch } from "./git-branch.js";
import { ask, type Settings } from "./options.js";
import { type ReadableSpan, readString } from "./readable-span.js";
import type { SessionChoice, SpanNode, TraceRecord } from "./trace.js";

/** Says who talks in a session, and where. Read once per process: directory and branch. */
export class SessionStarts {
  readonly #settings: Settings;
  #branch: { readonly name: string | undefined } | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  describe(choice: SessionChoice, trace: TraceRecord, node: SpanNode, span: ReadableSpan): SessionStartData {
    const resource = span.resource.attributes;
    const service = readString(resource, "service.name");
    const agent = findAgent(choice, trace, node);
    const agentType = agent?.agentName ?? this.#settings.agentType ?? service ?? "otel";
    const sessionId = choice.sessionId;
    const data: Record<string, unknown> = {
      agent_version: agent?.agentVersion ?? readString(resource, "service.version"),
      working_directory:
        this.#settings.workingDirectory ??
        readString(resource, "process.working_directory") ??
        currentDirectory(),
      git_branch:
        this.#settings.gitBranch ?? readString(resource, "vcs.ref.head.name") ?? this.#localBranch(),
      parent_session_id: choice.parentSessionId,
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

/** The nearest agent around the span that has a name and talks in the same session. */
function findAgent(choice: SessionChoice, trace: TraceRecord, node: SpanNode): SpanNode | undefined {
  for (const candidate of [node, ...trace.ancestors(node)]) {
    const elsewhere = candidate.choice !== undefined && candidate.choice.sessionId !== choice.sessionId;
    if (elsewhere) continue;
    if (candidate.kind === "agent" && candidate.agentName !== undefined) return candidate;
  }
  return undefined;
}
