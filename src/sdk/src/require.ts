import { createRequire } from "node:module";

/**
 * Loads what no start should wait for. There is only one in the package, under this name, because tools that collect the
 * files of a deployment follow its calls, but not those of a second one.
 */
export const require: NodeJS.Require = createRequire(import.meta.url);
