/** A module as applications import it, or what the URLs of such modules match. */
export type ModuleName = string | RegExp;
