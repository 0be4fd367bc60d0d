import { describe, readTextOption } from "./option-values.js";

export interface Access {
  /** Absent when nothing may be sent. */
  readonly apiKey: string | undefined;
  readonly warnings: readonly string[];
}

/** The base address without a trailing slash. @throws TypeError for what is no http address */
export function readEndpoint(option: unknown, variable: string | undefined, fallback: string): string {
  const given = readTextOption("endpoint", option, variable);
  if (given === undefined) return fallback;
  const name = typeof option === "string" && option.trim() ? "endpoint" : "AGENTPULSE_ENDPOINT";
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`${name}: got ${describe(given)}; give an http address, such as "${fallback}".`);
  }
  // Not repeated: it holds a password.
  if (url.username || url.password) {
    throw new TypeError(
      `${name}: the address holds a user name or password; give it without, and an apiKey.`,
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** The key, when it may be sent to the endpoint; else what to tell the user. @throws TypeError for what is no key */
export function readApiKey(
  option: unknown,
  variable: string | undefined,
  endpoint: string,
  allowInsecure: boolean,
): Access {
  if (option != null && typeof option !== "string") {
    // Not repeated, whatever it is.
    throw new TypeError("apiKey: got a value that is no text; give the key as the server issued it.");
  }
  const apiKey = option?.trim() || variable?.trim();
  if (!apiKey) {
    return refuse("no API key, nothing is sent; set AGENTPULSE_API_KEY or the option apiKey");
  }
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    const name = option?.trim() ? "apiKey" : "AGENTPULSE_API_KEY";
    throw new TypeError(`${name}: it has characters that no key has; give the key as the server issued it.`);
  }
  if (!allowInsecure && !isSafe(new URL(endpoint))) {
    const advice = "use https, or allowInsecure: true";
    const where = "endpoint (AGENTPULSE_ENDPOINT)";
    return refuse(`${where}: ${endpoint} is plain http to another machine, nothing is sent; ${advice}`);
  }
  const odd = "the API key does not begin with ap_, so the server will refuse it";
  return { apiKey, warnings: apiKey.startsWith("ap_") ? [] : [odd] };
}

function refuse(warning: string): Access {
  return { apiKey: undefined, warnings: [warning] };
}

function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
