import { ROOT_CONTEXT, SpanKind } from "@opentelemetry/api";
import { type Sampler, SamplingDecision } from "@opentelemetry/sdk-trace";
import type { Destination } from "./destination.js";
import type { Finding } from "./finding.js";
import { findCopies } from "./installed-copies.js";
import { judgeLibraries, LIBRARIES, type LibraryFinding } from "./libraries.js";
import { type Plan, readPlan } from "./plan.js";
import type { Setting } from "./setting-list.js";
import { judgeSurroundings, WATCHED_PACKAGES } from "./surroundings.js";

/** What the kit would do here, and which parts of it would fail. */
export interface Status {
  /** Whether no telemetry would be lost, and every setting can be used. */
  readonly ok: boolean;
  readonly surroundings: readonly Finding[];
  readonly libraries: readonly LibraryFinding[];
  readonly settings: readonly Setting[];
  readonly configuration: readonly Finding[];
  readonly destinations: readonly (Finding & { readonly address: string })[];
}

/** @param timeoutMs how long a backend may take to answer */
export async function readStatus(folder: string, timeoutMs: number): Promise<Status> {
  const plan = readPlan();
  const copies = findCopies(new Set([...LIBRARIES, ...WATCHED_PACKAGES]), folder);
  const surroundings = judgeSurroundings(copies, folder);
  const libraries = judgeLibraries(copies, plan.adapters);
  const configuration = judgeConfiguration(plan);
  const destinations = await askAll(plan.destinations, timeoutMs);
  const findings = [...surroundings, ...libraries, ...configuration, ...destinations];
  const ok = findings.every(({ level }) => level !== "problem");
  return { ok, surroundings, libraries, settings: plan.list, configuration, destinations };
}

/** Asks all destinations in parallel. */
export function askAll(
  destinations: readonly Destination[],
  timeoutMs: number,
): Promise<Status["destinations"]> {
  const signal = AbortSignal.timeout(timeoutMs);
  return Promise.all(
    destinations.map(async ({ name, address, optional, ask }) => {
      const { ok, says } = await ask(signal);
      if (ok || !optional) return { level: ok ? "ok" : "problem", subject: name, address, says } as const;
      return {
        level: "note",
        subject: name,
        address,
        says: `${says} Only the default, so this is no problem.`,
      } as const;
    }),
  );
}

/** What is wrong with the variables, or with what they ask for. */
export function judgeConfiguration({ settings, destinations, mistakes, unread }: Plan): Finding[] {
  const problem = (subject: string, says: string): Finding => ({ level: "problem", subject, says });
  const wrong = mistakes.map((line) => problem("mistake", line));
  if (settings === undefined) {
    const says = "AGENTPULSE_ENABLED or OTEL_SDK_DISABLED switches the kit off: nothing is recorded";
    return [...wrong, problem("off", says)];
  }
  if (!destinations.some(({ send }) => send !== undefined)) {
    wrong.push(problem("traces", "go nowhere: OTEL_TRACES_EXPORTER is none, and no backend is configured"));
  }
  if (keepsNothing(settings.sampler)) {
    wrong.push(
      problem("sampler", "OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG drop every trace that starts here"),
    );
  }
  const says = `${unread.join(", ")}: set, but not read: misspelt, or meant for something else or for what is off`;
  return unread.length === 0 ? wrong : [...wrong, { level: "note", subject: "unread", says }];
}

/** By the trace id that every ratio above zero keeps. */
function keepsNothing(sampler: Sampler): boolean {
  const id = "1".padStart(32, "0");
  const { decision } = sampler.shouldSample(ROOT_CONTEXT, id, "chat", SpanKind.CLIENT, {}, []);
  return decision === SamplingDecision.NOT_RECORD;
}
