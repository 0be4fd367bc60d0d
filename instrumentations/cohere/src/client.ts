/** What `new CohereClient()` and the clients inside it keep. URLs may also be promised, or made by functions. */
interface Client {
  readonly _options?: {
    readonly baseUrl?: unknown;
    readonly environment?: unknown;
    readonly awsRegion?: unknown;
  };
}

const PRODUCTION = "https://api.cohere.com";

/** The server of a client; unknown for those of AWS, whose requests are turned elsewhere on their way. */
export function baseUrlOf(client: unknown): string | undefined {
  const { baseUrl, environment, awsRegion } = (client as Client)._options ?? {};
  const url = baseUrl ?? environment ?? PRODUCTION;
  return awsRegion === undefined && typeof url === "string" ? url : undefined;
}

export function readErrorCode(error: unknown): string | undefined {
  const { statusCode } = error as { statusCode?: number };
  return typeof statusCode === "number" ? String(statusCode) : undefined;
}

interface Class {
  readonly prototype: object | null;
}

/** The prototype that holds the methods of `CohereClient`, which may be a subclass of what was generated, as those for AWS are. */
export function clientIn(exports: unknown): object | undefined {
  const { CohereClient, AwsClient } = exports as { CohereClient?: Class; AwsClient?: Class };
  let holder = (CohereClient ?? AwsClient)?.prototype;
  while (holder && !Object.hasOwn(holder, "chat")) holder = Object.getPrototypeOf(holder) as object | null;
  return holder ?? undefined;
}

/** The prototype of the second API's client. Nothing exports its class, but every client makes one when asked. */
export function clientV2In(exports: unknown): object | undefined {
  const client = clientIn(exports);
  const made: unknown = client && Reflect.get(client, "v2", { _options: { token: "" } });
  return typeof made === "object" && made !== null ? Object.getPrototypeOf(made) : undefined;
}
