import { createRequire } from "node:module";
import type OpenAI from "openai";
import type { Recording } from "./recording.js";

/** One installed version of the SDK, with the whole module for the instrumentation. */
export interface InstalledSDK {
  readonly exports: Record<string, unknown>;
  readonly OpenAI: typeof OpenAI;
}

/** Loads the SDK that an application in this folder would get. Throws where this Node is too old for it. */
export function loadOpenAI(folder: string): InstalledSDK {
  const require = createRequire(new URL(`../../${folder}/package.json`, import.meta.url));
  const exports = require("openai") as Record<string, unknown>;
  return { exports, OpenAI: (exports.OpenAI ?? exports.default) as typeof OpenAI };
}

/** Makes the recorded call and reads its answer to the end; a failed call is part of the recording. */
export async function call(client: OpenAI, { api, request, expect }: Recording): Promise<void> {
  try {
    const answer = await method(client, api)(request.body);
    if (isStream(answer)) for await (const _ of answer);
  } catch (error) {
    if (expect.error === undefined) throw error;
  }
}

type Method = (body: unknown) => Promise<unknown>;

function method(client: OpenAI, api: string): Method {
  const methods: Record<string, (body: never) => unknown> = {
    "chat.completions": (body) => client.chat.completions.create(body),
    completions: (body) => client.completions.create(body),
    responses: (body) => client.responses.create(body),
    embeddings: (body) => client.embeddings.create(body),
    "images.generations": (body) => client.images.generate(body),
    moderations: (body) => client.moderations.create(body),
  };
  const found = methods[api];
  if (found === undefined) throw new Error(`No call for ${api}`);
  return found as Method;
}

function isStream(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer;
}
