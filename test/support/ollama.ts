import { createRequire } from "node:module";
import type * as ollama from "ollama";

export const OLLAMA_FOLDERS = ["matrix/ollama-0.5", "matrix/ollama"] as const;

/** Loads the version that an application in this folder would get. */
export function loadOllama(folder: string): typeof ollama {
  return createRequire(new URL(`../../${folder}/package.json`, import.meta.url))("ollama") as typeof ollama;
}
