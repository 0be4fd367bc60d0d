import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type * as mistral from "@mistralai/mistralai";

export const MISTRAL_FOLDERS = ["matrix/mistral-1", "matrix/mistral-2.2", "matrix/mistral-2"] as const;

/** Loads the version that an application in this folder would get. Version 2 has ES modules only. */
export async function loadMistral(folder: string): Promise<typeof mistral> {
  const { resolve } = createRequire(new URL(`../../${folder}/package.json`, import.meta.url));
  return (await import(pathToFileURL(resolve("@mistralai/mistralai")).href)) as typeof mistral;
}
