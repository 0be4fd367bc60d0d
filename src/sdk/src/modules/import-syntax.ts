/** An import call; not the one that error messages quote, as in a file that every user of openai loads. */
const IMPORT_CALL = /(?<![\w$.`'"])import\s*\(/;

/** At the beginning of a statement. One that is quoted is found as well, which costs no more than the time of the hooks. */
const STATEMENT = /(?:^|[;}])\s*(?:import\b\s*[\w$*{"']|export\b\s*[\w$*{])/m;

/** Whether this source could import an ES module while it runs as CommonJS. */
export function holdsImportCall(source: string): boolean {
  return IMPORT_CALL.test(source);
}

/** Whether Node could take this source for an ES module where neither its ending nor its package says what it is. */
export function looksLikeModule(source: string): boolean {
  return STATEMENT.test(source) || holdsImportCall(source);
}
