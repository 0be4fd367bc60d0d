import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { diag } from "@opentelemetry/api";
import { requireText } from "./arguments.js";
import { toProfileKey } from "./profile-key.js";

/** A collector's credential as the file holds it. */
export interface StoredCredential {
  readonly serverUrl: string;
  readonly workspaceId: string;
  readonly collectorId: string;
  readonly apiKey: string;
  /** The first characters of the key, which may be shown. */
  readonly apiKeyPrefix: string;
  readonly createdAt: string;
  readonly profile: string;
}

type FileContent = Record<string, unknown>;

const MANDATORY = ["server_url", "workspace_id", "collector_id", "api_key", "api_key_prefix"] as const;

/**
 * `~/.catsyphon/credentials.json`, the file that the Python SDK reads and writes: same keys, same bytes,
 * readable by its owner only. Entries of others are left alone. Synchronous; throws what `node:fs` throws.
 */
export class CredentialStore {
  readonly #directory: string;
  readonly #file: string;

  /** @param configDir directory of the file; default `~/.catsyphon` */
  constructor(configDir: string = join(homedir(), ".catsyphon")) {
    requireText("configDir", configDir);
    this.#directory = configDir;
    this.#file = join(configDir, "credentials.json");
  }

  /** Adds the credential, or replaces the one of the same host, workspace and profile. */
  store(credential: {
    serverUrl: string;
    workspaceId: string;
    collectorId: string;
    apiKey: string;
    apiKeyPrefix: string;
    profile?: string;
  }): void {
    const { workspaceId, profile = "default" } = credential;
    const serverUrl = credential.serverUrl.replace(/\/+$/, "");
    const content = this.#load();
    content[toProfileKey(serverUrl, workspaceId, profile)] = {
      server_url: serverUrl,
      workspace_id: workspaceId,
      collector_id: credential.collectorId,
      api_key: credential.apiKey,
      api_key_prefix: credential.apiKeyPrefix,
      profile,
      created_at: toIsoFormat(new Date()),
    };
    this.#save(content);
  }

  get(serverUrl: string, workspaceId: string, profile = "default"): StoredCredential | null {
    checkPlace(serverUrl, workspaceId, profile);
    const content = this.#load();
    const url = serverUrl.replace(/\/+$/, "");
    return readCredential(content[toProfileKey(url, workspaceId, profile)]) ?? null;
  }

  /** @returns whether there was such a credential */
  delete(
    serverUrl: string,
    workspaceId: string,
    profile: string | { readonly profile?: string } = "default",
  ): boolean {
    const name = typeof profile === "string" ? profile : (profile?.profile ?? "default");
    checkPlace(serverUrl, workspaceId, name);
    const content = this.#load();
    const key = toProfileKey(serverUrl.replace(/\/+$/, ""), workspaceId, name);
    if (!Object.hasOwn(content, key)) return false;
    delete content[key];
    this.#save(content);
    return true;
  }

  listProfiles(): StoredCredential[] {
    const found: StoredCredential[] = [];
    for (const [key, entry] of Object.entries(this.#load())) {
      const credential = readCredential(entry);
      if (credential) found.push(credential);
      else diag.warn(`${this.#file}: entry "${key}" lacks a mandatory member and is skipped`);
    }
    return found;
  }

  /** @returns how many entries there were */
  clearAll(): number {
    const count = Object.keys(this.#load()).length;
    if (count > 0) this.#save({});
    return count;
  }

  #load(): FileContent {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
      throw error;
    }
    try {
      const content: unknown = JSON.parse(text);
      if (typeof content === "object" && content !== null && !Array.isArray(content)) {
        return content as FileContent;
      }
    } catch {
      // Reported below, together with JSON that is no object.
    }
    diag.warn(`${this.#file} is not a JSON object and is treated as empty`);
    return {};
  }

  #save(content: FileContent): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const target = resolveLink(this.#file);
    this.#keepCorrupt(target);
    const temporary = `${target}.${process.pid}.tmp`;
    rmSync(temporary, { force: true });
    const descriptor = openSync(temporary, "wx", 0o600);
    try {
      writeFileSync(descriptor, toPythonJson(content));
    } finally {
      closeSync(descriptor);
    }
    replaceFile(temporary, target);
  }

  /** What cannot be read may still hold somebody's keys: it is put aside, not overwritten. */
  #keepCorrupt(target: string): void {
    try {
      const content: unknown = JSON.parse(readFileSync(target, "utf8"));
      if (typeof content === "object" && content !== null && !Array.isArray(content)) return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    }
    renameSync(target, `${target}.corrupt-${Math.floor(Date.now() / 1000)}`);
  }
}

function checkPlace(serverUrl: unknown, workspaceId: unknown, profile: unknown): void {
  requireText("serverUrl", serverUrl);
  requireText("workspaceId", workspaceId);
  requireText("profile", profile);
}

function readCredential(entry: unknown): StoredCredential | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const fields = entry as Record<string, unknown>;
  if (!MANDATORY.every((name) => typeof fields[name] === "string")) return undefined;
  const { profile, created_at: createdAt } = fields;
  return {
    serverUrl: fields.server_url as string,
    workspaceId: fields.workspace_id as string,
    collectorId: fields.collector_id as string,
    apiKey: fields.api_key as string,
    apiKeyPrefix: fields.api_key_prefix as string,
    createdAt: typeof createdAt === "string" ? createdAt : "",
    profile: typeof profile === "string" ? profile : "default",
  };
}

/** As `json.dump(…, indent=2)` writes it: ASCII only, because Python reads the file in the locale's encoding. */
function toPythonJson(content: FileContent): string {
  const toEscape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(content, null, 2).replace(/[\u0080-\uFFFF]/g, toEscape);
}

/** As `datetime.now(timezone.utc).isoformat()` writes it, which leaves a zero fraction out. */
function toIsoFormat(time: Date): string {
  return time.toISOString().replace(/\.(\d{3})Z$/, (_, ms) => `${ms === "000" ? "" : `.${ms}000`}+00:00`);
}

/** What Windows says while another program, a virus scanner at the least, has one of the files open. */
const IN_USE = new Set(["EPERM", "EACCES", "EBUSY"]);
const PATIENCE_MS = 1_000;
const PAUSE_MS = 20;

/** Waits for others to let go of the files: a key that is not stored now cannot be asked for again. */
function replaceFile(temporary: string, target: string): void {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      renameSync(temporary, target);
      return;
    } catch (error) {
      const inUse = process.platform === "win32" && IN_USE.has((error as NodeJS.ErrnoException).code ?? "");
      if (!inUse || performance.now() > end) {
        rmSync(temporary, { force: true });
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

/** Replacing a link by a file would tear a shared credentials file apart. */
function resolveLink(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
