import type { Note } from "../configuration.js";

/** One setting that a variable can change. */
export interface Setting {
  /** The variable that is looked at first. */
  readonly name: string;
  /** What is used. Keys and headers are `set` or `not set`, addresses are without what may be a password. */
  readonly value: string;
  /** The variable that set it. */
  readonly from?: string;
}

/** How the names of all variables begin that the kit reads. */
export const LIKE_OURS = /^(?:OTEL|KIT|AGENTPULSE|CATSYPHON)_/;

const SECRET = /(?:KEY|HEADERS)$/;
const ADDRESS = /(?:ENDPOINT|URL)$/;

/** Records what a `Configuration` reads. */
export class SettingList {
  readonly #settings = new Map<string, Setting>();
  readonly #read = new Set<string>();

  readonly note: Note = ({ variables = [] }, used, from) => {
    const [name] = variables;
    if (name === undefined) return;
    for (const variable of variables) this.#read.add(variable);
    this.#settings.set(name, { name, value: show(name, used), ...(from !== undefined && { from }) });
  };

  /** In the order in which they were read. */
  get all(): readonly Setting[] {
    return [...this.#settings.values()];
  }

  /** Variables that look as if they were meant for the kit, and that nothing has read. */
  unread(env: NodeJS.ProcessEnv): readonly string[] {
    return Object.keys(env).filter((name) => LIKE_OURS.test(name) && env[name] && !this.#read.has(name));
  }
}

function show(name: string, used: unknown): string {
  const text = toText(used);
  if (text === "") return "not set";
  if (SECRET.test(name)) return "set";
  return ADDRESS.test(name) ? withoutSecrets(text) : text;
}

function toText(used: unknown): string {
  if (used == null) return "";
  if (used === Number.POSITIVE_INFINITY) return "no limit";
  if (Array.isArray(used)) return used.join(", ");
  if (typeof used !== "object") return String(used);
  return Object.entries(used)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}

/** An address can hold user, password and, in its query, a key. */
export function withoutSecrets(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol)
    ? `${url.origin}${url.pathname}`.replace(/\/$/, "")
    : "set";
}
