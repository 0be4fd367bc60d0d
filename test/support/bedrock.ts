import { createRequire } from "node:module";
import type { BedrockAgentRuntimeClient } from "@aws-sdk/client-bedrock-agent-runtime";
import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import type { ConformanceOptions } from "./conformance.js";
import type { ProviderServer } from "./provider-server.js";
import { seenBoth } from "./ways.js";

const requireSDK = createRequire(new URL("../../matrix/bedrock/package.json", import.meta.url));
/** What the SDK itself depends on. */
const requireBeside = createRequire(requireSDK.resolve("@aws-sdk/client-bedrock-runtime"));

/** What may be otherwise in its telemetry: a client learns its server in its first call, and few models tell everything. */
export const ALLOWED = {
  except: ["missing_expected"],
  learnedLate: ["server.address", "server.port"],
} as const satisfies ConformanceOptions;

export type Bedrock = typeof import("@aws-sdk/client-bedrock-runtime");

/** The SDK, as an application gets it. */
export const bedrock = requireSDK("@aws-sdk/client-bedrock-runtime") as Bedrock;

export type BedrockAgents = typeof import("@aws-sdk/client-bedrock-agent-runtime");

/** The SDK's other package. */
export const agents = createRequire(import.meta.url)(
  "@aws-sdk/client-bedrock-agent-runtime",
) as BedrockAgents;

/** A client for a local server, which does not speak the HTTP/2 that the SDK prefers. */
export function connect(endpoint: string): BedrockRuntimeClient {
  return new bedrock.BedrockRuntimeClient(settings(endpoint));
}

/** The same for agents and knowledge bases. */
export function connectAgents(endpoint: string): BedrockAgentRuntimeClient {
  return new agents.BedrockAgentRuntimeClient(settings(endpoint));
}

function settings(endpoint: string) {
  const { NodeHttpHandler } = requireBeside("@smithy/node-http-handler") as {
    NodeHttpHandler: new () => never;
  };
  return {
    region: "us-east-1",
    endpoint,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  };
}

/** What an application sees of what it does with a client, and what the provider sees of it. */
export function seeBedrock<Client extends { destroy(): void }>(
  provider: ProviderServer,
  client: Client,
  way: (client: Client) => Promise<unknown>,
) {
  const done = way(client).finally(() => client.destroy());
  return seenBoth(provider, done.then(plain), (error) => [
    error.constructor.name,
    error.name,
    error.message,
    plain(error),
  ]);
}

/** Without what differs from request to request. */
function plain(value: unknown): unknown {
  const json = JSON.stringify(value, (name, member) => (name === "$metadata" ? undefined : member));
  return JSON.parse(json ?? "null");
}
