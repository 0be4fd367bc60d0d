import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { GoogleGenAI } from "@google/genai";

/** The versions that are tested. The CommonJS entry of the first one cannot be loaded by anybody. */
export const GOOGLE_GENAI_FOLDERS = [
  "matrix/google-genai-1",
  "matrix/google-genai-2",
  "matrix/google-genai-3",
] as const;

/** One installed version, as an application gets it. */
export interface InstalledGoogleGenAI {
  readonly exports: Record<string, unknown>;
  readonly GoogleGenAI: typeof GoogleGenAI;
}

/** Imports the version that an application in this folder would get. */
export async function loadGoogleGenAI(folder: string): Promise<InstalledGoogleGenAI> {
  const require = createRequire(new URL(`../../${folder}/package.json`, import.meta.url));
  const entry = pathToFileURL(require.resolve("@google/genai"));
  const exports = (await import(new URL("index.mjs", entry).href)) as Record<string, unknown>;
  return { exports, GoogleGenAI: exports.GoogleGenAI as typeof GoogleGenAI };
}
