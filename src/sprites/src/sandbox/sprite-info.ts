import { invalidArgument } from "../arguments.js";
import { readObject, readString, readStrings, readTime } from "../rest/json.js";
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
  readonly labels: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The answer as it was sent. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** How a sandbox is made. */
export interface CreateSpriteOptions extends Limits {
  /** Sizes and region, in the service's own words: `ram_mb`, `cpus`, `storage_gb`, `region`. */
  config?: Readonly<Record<string, unknown>>;
  environment?: Readonly<Record<string, string>>;
  labels?: readonly string[];
  /** Who may reach its address. @default the service's */
  urlAuth?: "sprite" | "public";
  /** Wait for room instead of being refused. @default false */
  waitForCapacity?: boolean;
}

/** What of a sandbox is to change; what is left out stays. */
export interface UpdateSpriteOptions extends Limits {
  /** Who may reach its address. */
  urlAuth?: "sprite" | "public";
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
}

/** One page of a list. */
export interface SpritePage {
  readonly sprites: readonly SpriteInfo[];
  readonly hasMore: boolean;
  /** For the next page; undefined on the last. */
  readonly nextContinuationToken: string | undefined;
}

const ALL = "/v1/sprites";
const ONE = "/v1/sprites/{name}";

export async function createSprite(
  rest: Rest,
  name: string,
  options: CreateSpriteOptions,
): Promise<SpriteInfo> {
  const { config, environment, labels, urlAuth, waitForCapacity } = options;
  const json = {
    name,
    ...(config && { config }),
    ...(environment && { environment }),
    ...(labels && { labels }),
    ...(urlAuth && { url_settings: { auth: urlAuth } }),
    ...(waitForCapacity && { wait_for_capacity: true }),
  };
  const limits = { timeout: options.timeout ?? rest.config.createTimeout, signal: options.signal };
  return readSprite(await rest.json({ method: "POST", template: ALL, json, purpose: "api" }, limits), name);
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
  const { urlAuth, labels, ...limits } = options;
  if (urlAuth === undefined && labels === undefined) throw invalidArgument("urlAuth or labels", "given");
  if (labels !== undefined && !Array.isArray(labels)) throw invalidArgument("labels", "a list");
  const json = {
    ...(urlAuth !== undefined && { url_settings: { auth: urlAuth } }),
    ...(labels !== undefined && (labels.length > 0 ? { labels } : { clear_labels: true })),
  };
  const call = { method: "PUT", template: ONE, params: { name }, json, purpose: "api" } as const;
  return readSprite(await rest.json(call, limits), name);
}

export function destroySprite(rest: Rest, name: string, limits?: Limits): Promise<void> {
  return rest.done({ method: "DELETE", template: ONE, params: { name }, purpose: "api" }, limits);
}

export async function listSprites(rest: Rest, options: ListSpritesOptions): Promise<SpritePage> {
  const { prefix, maxResults, continuationToken } = options;
  const query = { prefix, max_results: maxResults, continuation_token: continuationToken };
  const page = readObject(await rest.json({ method: "GET", template: ALL, query, purpose: "api" }, options));
  const token = readString(page.next_continuation_token) || undefined;
  return {
    sprites: Array.isArray(page.sprites) ? page.sprites.map((sprite) => readSprite(sprite)) : [],
    hasMore: page.has_more === true,
    nextContinuationToken: token,
  };
}

/** Creating answers with little more than the name on some servers. */
function readSprite(value: unknown, name = ""): SpriteInfo {
  const raw = readObject(value);
  return {
    id: readString(raw.id) ?? "",
    name: readString(raw.name) ?? name,
    organization: readString(raw.organization) ?? "",
    status: readString(raw.status) ?? "",
    url: readString(raw.url) ?? "",
    urlAuth: readString(readObject(raw.url_settings).auth),
    labels: readStrings(raw.labels),
    createdAt: readTime(raw.created_at),
    updatedAt: readTime(raw.updated_at),
    raw,
  };
}
