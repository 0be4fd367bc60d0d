/** A client as far as it tells where it sends to. All of it must be awaited, also what was given as a text. */
export interface Client {
  readonly config?: {
    readonly endpoint?: () => Promise<Endpoint>;
    readonly region?: () => Promise<string>;
  };
}

interface Endpoint {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
}

const KNOWN = new WeakMap<Client, { url: string | undefined }>();

/** The server of a client, from its second call on: the first one cannot wait for it. */
export function baseUrlOf(client: Client): string | undefined {
  const known = KNOWN.get(client);
  if (known !== undefined) return known.url;
  const learned: { url: string | undefined } = { url: undefined };
  KNOWN.set(client, learned);
  learn(client).then(
    (url) => {
      learned.url = url;
    },
    // The call itself fails, too.
    () => {},
  );
  return undefined;
}

async function learn({ config }: Client): Promise<string | undefined> {
  const given = await config?.endpoint?.();
  if (given !== undefined) return `${given.protocol}//${given.hostname}${given.port ? `:${given.port}` : ""}`;
  const region = await config?.region?.();
  return region === undefined ? undefined : `https://bedrock-runtime.${region}.amazonaws.com`;
}

/** AWS keeps the status beside the error's own members. */
export function readErrorCode(error: unknown): string | undefined {
  const { $metadata: told } = error as { $metadata?: { httpStatusCode?: number } };
  return told?.httpStatusCode === undefined ? undefined : String(told.httpStatusCode);
}
