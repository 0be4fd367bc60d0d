/** One copy of import-in-the-middle, as far as it is used here. */
export interface HookLibrary {
  /** Its main module. */
  main(): unknown;
  /** Its hooks for the application's own thread. Throws for a version that has none. */
  inThread(): unknown;
  /** The file with its hooks for the thread of loaders. */
  loader(): string;
}

export const HOOK_LIBRARY = "import-in-the-middle";

/** The copy that such a `require` finds. */
export function hookLibraryOf(require: NodeJS.Require): HookLibrary {
  return {
    main: () => require(HOOK_LIBRARY),
    inThread: () => require(`${HOOK_LIBRARY}/register-hooks.mjs`),
    loader: () => require.resolve(`${HOOK_LIBRARY}/hook.mjs`),
  };
}
