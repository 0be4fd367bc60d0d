import { invalid } from "./errors.js";

/** Where a server is reached, and what spans say of it. */
export interface ServerUrls {
  /** Without trailing slash: routes start with one. */
  readonly http: string;
  /** With trailing slash: the socket lives at the root, and at the root of a mount only with the slash. */
  readonly socket: string;
  readonly address: string;
  readonly port: number;
}

const HTTP_SCHEMES: Readonly<Record<string, string>> = {
  "http:": "http:",
  "https:": "https:",
  "ws:": "http:",
  "wss:": "https:",
};

/** Both URLs from one: the scheme may be http, https, ws or wss; host, port and path are kept. */
export function deriveUrls(serverUrl: unknown, wsUrl?: unknown): ServerUrls {
  const url = parse(serverUrl, "serverUrl");
  const secure = HTTP_SCHEMES[url.protocol] === "https:";
  const path = url.pathname.replace(/\/+$/, "");
  return {
    http: `${secure ? "https" : "http"}://${url.host}${path}`,
    socket: wsUrl === undefined ? `${secure ? "wss" : "ws"}://${url.host}${path}/` : socketUrl(wsUrl),
    address: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (secure ? 443 : 80),
  };
}

function socketUrl(value: unknown): string {
  const url = parse(value, "wsUrl");
  const secure = HTTP_SCHEMES[url.protocol] === "https:";
  return `${secure ? "wss" : "ws"}://${url.host}${url.pathname.replace(/\/+$/, "")}/`;
}

function parse(value: unknown, field: string): URL {
  if (typeof value !== "string" || !URL.canParse(value)) throw invalid(field, "must be an absolute URL");
  const url = new URL(value);
  if (!Object.hasOwn(HTTP_SCHEMES, url.protocol))
    throw invalid(field, "must be an http, https, ws or wss URL");
  if (url.search || url.hash) throw invalid(field, "must have no query and no hash");
  if (url.username || url.password) throw invalid(field, "must hold no credentials; use the token option");
  return url;
}
