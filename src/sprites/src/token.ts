import { checkText } from "./arguments.js";
import { readConfig, type SpritesClientOptions } from "./config.js";
import { ApiError } from "./errors.js";
import { readObject } from "./rest/json.js";
import { type Limits, Rest } from "./rest/rest.js";

/** What the new token is for, and how the service is reached. */
export interface CreateTokenOptions
  extends Limits,
    Pick<SpritesClientOptions, "endpoint" | "fetch" | "propagateContext" | "tracerProvider"> {
  /** What the service shows beside the token. @default "@kit/sprites" */
  description?: string;
  inviteCode?: string;
}

/** Trades a macaroon for a token. Neither is ever in an error, a span or a log. */
export async function createToken(
  macaroon: string,
  organization: string,
  { description, inviteCode, timeout, signal, ...options }: CreateTokenOptions,
): Promise<string> {
  // `fly tokens create` prints it with the scheme in front.
  const bare = typeof macaroon === "string" ? macaroon.trim().replace(/^FlyV1(\s+|$)/i, "") : macaroon;
  checkText(bare, "the macaroon");
  checkText(organization, "the organization");
  if (description !== undefined) checkText(description, "description");
  if (inviteCode !== undefined) checkText(inviteCode, "inviteCode");
  const config = readConfig({ ...options, token: bare });
  const call = {
    method: "POST",
    template: "/v1/organizations/{organization}/tokens",
    params: { organization },
    json: { description: description ?? "@kit/sprites", ...(inviteCode && { invite_code: inviteCode }) },
    purpose: "api",
    scheme: "FlyV1",
  } as const;
  return new Rest(config).request(call, readToken, { timeout, signal });
}

async function readToken(response: Response): Promise<string> {
  const { token } = readObject(parseQuietly(await response.text()));
  if (typeof token === "string" && token.trim() !== "") return token;
  throw new ApiError("the API answered without a token", { status: response.status });
}

/** The error of `JSON.parse` quotes the text, and with it the token. */
function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
