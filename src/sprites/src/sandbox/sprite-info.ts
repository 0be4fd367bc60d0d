import { invalidArgument, readOptions } from "../arguments.js";
import { readNumber, readObject, readString, readStrings, readTime } from "../rest/json.js";
import type { Limits, Rest } from "../rest/rest.js";

/** What the service knows of a sandbox. */
export interface SpriteInfo {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  /** `cold`, `warm` or `running`; any call wakes a sandbox. */
  readonly status: string;
  /** Address of the HTTP service inside; empty when there is none. */
  readonly url: string;
  /** Who may reach that address: `sprite` (with a token) or `public`. */
  readonly urlAuth: string | undefined;
  /** With `urlAuth` `sprite`, whose tokens: `admins` or `org_users`. */
  readonly privateAccess: string | undefined;
  readonly labels: readonly string[];
  /** Region it was made in. */
  readonly primaryRegion: string | undefined;
  readonly version: string | undefined;
  readonly environmentVersion: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastRunningAt: Date;
  readonly lastWarmingAt: Date;
  /** The answer as it was sent. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Who may reach a sandbox's address. */
interface UrlAccess {
  /** @default the service's */
  urlAuth?: "sprite" | "public";
  /** With `urlAuth` `sprite`, whose tokens let in. @default the service's */
  privateAccess?: "admins" | "org_users";
}

/** How a sandbox is made. */
export interface CreateSpriteOptions extends Limits, UrlAccess {
  /** Sizes and region, in the service's own words: `ram_mb`, `cpus`, `storage_gb`, `region`. */
  config?: Readonly<Record<string, unknown>>;
  environment?: Readonly<Record<string, string>>;
  labels?: readonly string[];
  /** Wait for room instead of being refused. @default false */
  waitForCapacity?: boolean;
  /** Variant of the environment: `default` or `dev`. @default the service's */
  runtime?: string;
}

/** What of a sandbox is to change; what is left out stays. */
export interface UpdateSpriteOptions extends Limits, UrlAccess {
  /** Replaces all labels; an empty list takes them away. */
  labels?: readonly string[];
}

/** One page of a list. */
export interface ListSpritesOptions extends Limits {
  /** Only names that begin so. */
  prefix?: string;
  /** 1–50. @default 50 */
  maxResults?: number;
  /** `nextContinuationToken` of the page before. */
  continuationToken?: string;
  /** Ask the server to load the page's details in one go. @default false */
  bulkLoad?: boolean;
}

/** One page of a list. */
export interface SpritePage {
  readonly sprites: readonly SpriteInfo[];
  readonly hasMore: boolean;
  /** For the next page; undefined on the last. */
  readonly nextContinuationToken: string | undefined;
  /** How many of all there are in each state; undefined when the server did not tell. */
  readonly running: number | undefined;
  readonly warm: number | undefined;
  readonly cold: number | undefined;
}

const ALL = "/v1/sprites";
const ONE = "/v1/sprites/{name}";

export async function createSprite(
  rest: Rest,
  name: string,
  options: CreateSpriteOptions,
): Promise<SpriteInfo> {
  const { config, environment, labels, waitForCapacity, runtime } = options;
  const url = toUrlSettings(options);
  const json = {
    name,
    ...(config && { config }),
    ...(environment && { environment }),
    ...(labels && { labels }),
    ...(url && { url_settings: url }),
    ...(waitForCapacity && { wait_for_capacity: true }),
    ...(runtime && { runtime }),
  };
  const call = { method: "POST", template: ALL, json, purpose: "api" } as const;
  return readSprite(await rest.json(call, withCreateTimeout(rest, options)), name);
}

export async function getSprite(rest: Rest, name: string, limits?: Limits): Promise<SpriteInfo> {
  const call = { method: "GET", template: ONE, params: { name }, purpose: "api" } as const;
  return readSprite(await rest.json(call, limits), name);
}

export async function updateSprite(
  rest: Rest,
  name: string,
  options: UpdateSpriteOptions,
): Promise<SpriteInfo> {
  const { urlAuth, privateAccess, labels, ...limits } = options;
  const url = toUrlSettings({ urlAuth, privateAccess });
  if (url === undefined && labels === undefined) {
    throw invalidArgument("urlAuth, privateAccess or labels", "given");
  }
  if (labels !== undefined && !Array.isArray(labels)) throw invalidArgument("labels", "a list");
  const json = {
    ...(url && { url_settings: url }),
    ...(labels !== undefined && (labels.length > 0 ? { labels } : { clear_labels: true })),
  };
  const call = { method: "PUT", template: ONE, params: { name }, json, purpose: "api" } as const;
  return readSprite(await rest.json(call, limits), name);
}

/** Brings a sandbox to the newest version of its environment, or starts it anew. */
export async function renewSprite(
  rest: Rest,
  name: string,
  how: "upgrade" | "restart",
  limits?: Limits,
): Promise<void> {
  const call = { method: "POST", template: `${ONE}/${how}`, params: { name }, purpose: "api" } as const;
  return rest.done(call, withCreateTimeout(rest, readOptions(limits)));
}

export function destroySprite(rest: Rest, name: string, limits?: Limits): Promise<void> {
  return rest.done({ method: "DELETE", template: ONE, params: { name }, purpose: "api" }, limits);
}

export async function listSprites(rest: Rest, options: ListSpritesOptions): Promise<SpritePage> {
  const { prefix, maxResults, continuationToken, bulkLoad } = options;
  const query = {
    prefix,
    max_results: maxResults,
    continuation_token: continuationToken,
    bulk_load: bulkLoad || undefined,
  };
  const page = readObject(await rest.json({ method: "GET", template: ALL, query, purpose: "api" }, options));
  const token = readString(page.next_continuation_token) || undefined;
  return {
    sprites: Array.isArray(page.sprites) ? page.sprites.map((sprite) => readSprite(sprite)) : [],
    hasMore: page.has_more === true,
    nextContinuationToken: token,
    running: readNumber(page.running),
    warm: readNumber(page.warm),
    cold: readNumber(page.cold),
  };
}

/** Calls that move a whole machine take longer than others. */
function withCreateTimeout(rest: Rest, { timeout, signal }: Limits): Limits {
  return { timeout: timeout ?? rest.config.createTimeout, signal };
}

function toUrlSettings({ urlAuth, privateAccess }: UrlAccess): object | undefined {
  if (urlAuth === undefined && privateAccess === undefined) return undefined;
  return {
    ...(urlAuth !== undefined && { auth: urlAuth }),
    ...(privateAccess !== undefined && { private_access: privateAccess }),
  };
}

/** Creating answers with little more than the name on some servers. */
function readSprite(value: unknown, name = ""): SpriteInfo {
  const raw = readObject(value);
  const url = readObject(raw.url_settings);
  return {
    id: readString(raw.id) ?? "",
    name: readString(raw.name) ?? name,
    organization: readString(raw.organization) ?? readString(raw.org_slug) ?? "",
    status: readString(raw.status) ?? "",
    url: readString(raw.url) ?? "",
    urlAuth: readString(url.auth),
    privateAccess: readString(url.private_access),
    labels: readStrings(raw.labels),
    primaryRegion: readString(raw.primary_region),
    version: readString(raw.version),
    environmentVersion: readString(raw.environment_version),
    createdAt: readTime(raw.created_at),
    updatedAt: readTime(raw.updated_at),
    lastRunningAt: readTime(raw.last_running_at),
    lastWarmingAt: readTime(raw.last_warming_at),
    raw,
  };
}
