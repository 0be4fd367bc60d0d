import { CredentialStore } from "./credential-store.js";

/** What it takes to speak for a collector. */
export interface Credentials {
  readonly serverUrl: string;
  readonly collectorId: string;
  readonly apiKey: string;
}

/** Says where credentials come from; each member wins over its variable. */
export interface CredentialSources {
  /** `CATSYPHON_URL` */
  readonly serverUrl?: string | undefined;
  /** `CATSYPHON_WORKSPACE_ID` */
  readonly workspaceId?: string | undefined;
  /** `CATSYPHON_COLLECTOR_ID` */
  readonly collectorId?: string | undefined;
  /** `CATSYPHON_API_KEY` */
  readonly apiKey?: string | undefined;
  /** `CATSYPHON_PROFILE` @default "default" */
  readonly profile?: string | undefined;
  /** `CATSYPHON_CONFIG_DIR` @default ~/.catsyphon */
  readonly configDir?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Fills what is not given from the environment. An empty variable counts as unset. */
export function readSources(env: Environment, given: CredentialSources = {}): CredentialSources {
  const read = (name: string) => env?.[name]?.trim() || undefined;
  return {
    serverUrl: given.serverUrl ?? read("CATSYPHON_URL"),
    workspaceId: given.workspaceId ?? read("CATSYPHON_WORKSPACE_ID"),
    collectorId: given.collectorId ?? read("CATSYPHON_COLLECTOR_ID"),
    apiKey: given.apiKey ?? read("CATSYPHON_API_KEY"),
    profile: given.profile ?? read("CATSYPHON_PROFILE"),
    configDir: given.configDir ?? read("CATSYPHON_CONFIG_DIR"),
  };
}

/** Collector id and key as they are given, else the stored credential of server, workspace and profile. */
export function findCredentials(sources: CredentialSources): Credentials | null {
  const { serverUrl, workspaceId, collectorId, apiKey, profile, configDir } = sources;
  if (!serverUrl) return null;
  if (collectorId && apiKey) return { serverUrl, collectorId, apiKey };
  if (!workspaceId) return null;
  return new CredentialStore(configDir).get(serverUrl, workspaceId, profile);
}
