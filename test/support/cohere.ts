import { createRequire } from "node:module";
import type * as cohere from "cohere-ai";

/** Before 7.18 calls return plain promises. */
export const COHERE_FOLDERS = ["matrix/cohere-7.14", "matrix/cohere-7", "matrix/cohere-8"] as const;

/** Loads the version that an application in this folder would get. */
export function loadCohere(folder: string): typeof cohere {
  const load = createRequire(new URL(`../../${folder}/package.json`, import.meta.url));
  return load("cohere-ai") as typeof cohere;
}
