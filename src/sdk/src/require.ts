import { createRequire } from "node:module";

/**
 * Loads what no start should wait for. One for the whole package, and under this name: the tools that collect the files
 * of a deployment follow calls of it, and of no second one.
 */
export const require: NodeJS.Require = createRequire(import.meta.url);
