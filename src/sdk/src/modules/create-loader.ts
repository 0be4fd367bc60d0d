import type { ModuleName } from "./module-name.js";
import { type Loaded, leaveToRequire, type Wanted } from "./typescript.js";

/** What a specifier was resolved to, as far as it matters here. */
export interface Resolved {
  readonly url: string;
  readonly format?: string | null | undefined;
}

/** Who asks. */
export interface Importer {
  readonly parentURL?: string | undefined;
}

type Resolve = (specifier: string, context: Importer, next: NextResolve) => Promise<Resolved>;
type NextResolve = (specifier: string, context: Importer) => Promise<Resolved>;
type Load = (url: string, context: Wanted, next: NextLoad) => Promise<Loaded>;
type NextLoad = (url: string, context: Wanted) => Promise<Loaded>;

/** The hooks of import-in-the-middle for the thread of loaders. */
export interface LibraryHooks {
  initialize(options: { readonly include: readonly ModuleName[] }): unknown;
  readonly resolve: Resolve;
  readonly load: Load;
}

/** What the thread is told when the hooks are registered. */
export interface LoaderData {
  /** URL of the library's hooks. */
  readonly library: string;
  readonly include: readonly ModuleName[];
}

/**
 * Hooks for Node's loader thread: those of import-in-the-middle for the modules that are included and for what these
 * become, and none for the thousands of others that an application imports. Loads the library and its parsers without
 * keeping the application waiting for it.
 */
export function createLoader(load: (url: string) => Promise<LibraryHooks>) {
  let include: readonly ModuleName[] = [];
  let hooks: LibraryHooks | undefined;
  let loading: Promise<void> | undefined;

  const isIncluded = (specifier: string, url: string) =>
    include.some((each) => (typeof each === "string" ? each === specifier : each.test(url)));

  return {
    initialize(data: LoaderData): void {
      include = data.include;
      loading = load(data.library).then(
        (library) => {
          library.initialize({ include: data.include });
          hooks = library;
        },
        (error) => process.emitWarning(`[kit] ES modules cannot be instrumented: ${error}`),
      );
    },

    async resolve(specifier: string, context: Importer, next: NextResolve): Promise<Resolved> {
      // What the library has made of a module imports others by such marks.
      if (!specifier.includes("iitm=")) {
        const resolved = await next(specifier, context);
        if (!isIncluded(specifier, resolved.url) || isRequired(specifier, resolved, context)) return resolved;
      }
      await loading;
      return hooks === undefined ? next(specifier, context) : hooks.resolve(specifier, context, next);
    },

    async load(url: string, context: Wanted, next: NextLoad): Promise<Loaded> {
      const loaded = hooks === undefined ? next(url, context) : hooks.load(url, context, next);
      return leaveToRequire(url, context, await loaded);
    },
  };
}

/** Importers that do not require: what the library has made of a module, and ES modules by their ending. */
const IMPORTS = /[?&]iitm=|\.m[jt]s$/;

/**
 * Whether CommonJS that another loader has read, such as a `.cts` file under tsx, requires CommonJS: Node then asks for
 * the URL of the file, and fails with ERR_VM_MODULE_LINK_FAILURE if it is given an ES module instead.
 */
function isRequired(specifier: string, { format }: Resolved, { parentURL = "" }: Importer): boolean {
  return format === "commonjs" && specifier.startsWith("file:") && !IMPORTS.test(parentURL);
}
