import { ADAPTERS, type Adapter } from "../libraries/adapters.js";
import type { Finding } from "./finding.js";
import type { Copy } from "./installed-copies.js";
import { isSupported } from "./supported.js";

/** A copy of a library that calls models. */
export interface LibraryFinding extends Finding {
  readonly version: string;
  readonly folder: string;
  /** Whether it is the one that a program here loads by its name. */
  readonly nearest: boolean;
  /** Whether its calls would be recorded. */
  readonly recorded: boolean;
}

/** Libraries that call models, and for which the kit has no instrumentation. */
const NOT_INSTRUMENTED = ["@google/generative-ai", "ai"];

const librariesOf = ({ modules, companions = [] }: Adapter) => [
  modules[0],
  ...companions.map(([library]) => library),
];

/** Names of all libraries that are looked for. */
export const LIBRARIES: readonly string[] = [...ADAPTERS.flatMap(librariesOf), ...NOT_INSTRUMENTED];

/** What would become of the calls that each copy makes. */
export function judgeLibraries(copies: readonly Copy[], enabled: readonly Adapter[]): LibraryFinding[] {
  return LIBRARIES.flatMap((library) => {
    const ours = copies
      .filter(({ name }) => name === library)
      .sort((a, b) => Number(b.nearest) - Number(a.nearest));
    const adapter = ADAPTERS.find((each) => librariesOf(each).includes(library));
    if (ours.length === 0) return [];
    if (adapter === undefined)
      return ours.map((copy) => tell(copy, "note", "the kit has no instrumentation for it"));
    if (!enabled.includes(adapter))
      return ours.map((copy) => tell(copy, "note", "disabled by the configuration"));
    const { name, ranges, problem } = instrumentationOf(adapter, library);
    if (problem !== undefined) return ours.map((copy) => tell(copy, "problem", problem));
    return ours.map((copy) => {
      if (isSupported(copy.version, ranges)) return tell(copy, "ok", `recorded by ${name}`);
      // A copy that only a dependency has may never be called.
      const level = copy.nearest ? "problem" : "note";
      return tell(copy, level, `unsupported version: ${name} supports ${ranges.join(" or ")}`);
    });
  });
}

function tell({ name, ...copy }: Copy, level: Finding["level"], says: string): LibraryFinding {
  return { level, subject: name, ...copy, recorded: level === "ok", says };
}

/** Read from the definitions that the hook gets; an instrumentation that cannot be loaded here fails in `init`, too. */
function instrumentationOf(adapter: Adapter, library: string) {
  try {
    const instrumentation = adapter.create({ enabled: false }) as unknown as {
      readonly instrumentationName: string;
      getModuleDefinitions(): { readonly name: string; readonly supportedVersions: string[] }[];
    };
    const definition = instrumentation.getModuleDefinitions().find(({ name }) => name === library);
    return { name: instrumentation.instrumentationName, ranges: definition?.supportedVersions ?? [] };
  } catch (error) {
    const [problem = ""] = String(error).split("\n");
    return { name: "", ranges: [], problem: `cannot be instrumented: ${problem}` };
  }
}
