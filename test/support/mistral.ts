import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type * as mistral from "@mistralai/mistralai";
import type { ProviderServer, Reply } from "./provider-server.js";

export const MISTRAL_FOLDERS = ["matrix/mistral-1", "matrix/mistral-2.2", "matrix/mistral-2"] as const;

/** Loads the version that an application in this folder would get. Version 2 has ES modules only. */
export async function loadMistral(folder: string): Promise<typeof mistral> {
  const { resolve } = createRequire(new URL(`../../${folder}/package.json`, import.meta.url));
  return (await import(pathToFileURL(resolve("@mistralai/mistralai")).href)) as typeof mistral;
}

/** What an application does with a client. */
export type Way = (client: mistral.Mistral) => Promise<unknown>;

/** What an application sees of what it does, value or error, and what the provider sees of it. */
export async function seeMistral(sdk: typeof mistral, provider: ProviderServer, reply: Reply, way: Way) {
  provider.reset();
  const client = new sdk.Mistral({ apiKey: "test", serverURL: provider.serve("/mistral", reply) });
  const seen = await way(client).then(
    (value) => ({ value }),
    (error: Error) => ({ error: [error.constructor.name, error.name, error.message.replace(/\d+/g, "0")] }),
  );
  const requests = provider.requests.map(async ({ path, body, headers, over }) => ({
    path,
    body,
    headers: Object.keys(headers),
    left: await over,
  }));
  return { ...seen, requests: await Promise.all(requests) };
}
