import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecSession } from "./exec-session.js";
import type { Faults } from "./faults.js";

interface Saved {
  readonly id: string;
  readonly createTime: string;
  readonly sourceId: string;
  readonly history: readonly string[];
  readonly comment?: string;
  readonly isAuto: boolean;
  readonly folder: string;
}

/** Where commands start, and what `/` of the files stands for here: nothing outside is touched by them. */
const HOME = "/home/sprite";

/** One sandbox: a folder of its own, its commands, its checkpoints. */
export class Sandbox {
  readonly name: string;
  readonly createdAt = new Date().toISOString();
  readonly home: string;
  readonly sessions = new Map<string, ExecSession>();
  labels: readonly string[];
  urlAuth = "sprite";
  privateAccess = "org_users";
  /** Which of `upgrade` and `restart` were asked for. */
  readonly renewals: string[] = [];
  faults: Faults = {};
  /** Pings that commands' sockets got. */
  pings = 0;
  rules: unknown[] = [{ include: "defaults" }];
  checkpoints: Saved[] = [];
  readonly #root: string;
  #current = "";

  constructor(name: string, labels: readonly string[] = []) {
    this.name = name;
    this.labels = labels;
    this.#root = mkdtempSync(join(tmpdir(), "kit-sprite-"));
    this.home = join(this.#root, "home");
    mkdirSync(this.home);
  }

  /** What a PUT names changes, the rest stays. */
  change({ url_settings: url, labels, clear_labels: clear }: Record<string, unknown>): void {
    const { auth, private_access: access } = (url ?? {}) as { auth?: string; private_access?: string };
    if (auth !== undefined) this.urlAuth = auth;
    if (access !== undefined) this.privateAccess = access;
    if (Array.isArray(labels)) this.labels = labels;
    if (clear === true) this.labels = [];
  }

  /** Folder on this machine for a path in the home of the sandbox; any other path as it is. */
  folderFor(path: string): string {
    return path === HOME || path.startsWith(`${HOME}/`) ? join(this.home, path.slice(HOME.length)) : path;
  }

  /** The checkpoint the sandbox stands on. */
  get current(): string {
    return this.#current;
  }

  save(comment: string | undefined, isAuto = false): Saved {
    const count = this.checkpoints.filter((saved) => saved.isAuto === isAuto).length + 1;
    const id = isAuto ? `auto-${count}` : `v${count}`;
    const folder = join(this.#root, id);
    cpSync(this.home, folder, { recursive: true });
    const source = this.checkpoints.find((saved) => saved.id === this.#current);
    const saved: Saved = {
      id,
      createTime: nanoseconds(new Date()),
      sourceId: this.#current,
      history: source ? [source.id, ...source.history] : [],
      ...(comment !== undefined && { comment }),
      isAuto,
      folder,
    };
    this.checkpoints = [saved, ...this.checkpoints];
    if (!isAuto) this.#current = id;
    return saved;
  }

  restore(saved: Saved): void {
    for (const session of this.sessions.values()) session.destroy();
    this.sessions.clear();
    rmSync(this.home, { recursive: true, force: true });
    cpSync(saved.folder, this.home, { recursive: true });
    this.#current = saved.id;
  }

  destroy(): void {
    for (const session of this.sessions.values()) session.destroy();
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** The service writes nine fractional digits. */
function nanoseconds(date: Date): string {
  return date.toISOString().replace("Z", "054740Z");
}

export type { Saved };
