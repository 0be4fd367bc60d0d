/** A client as far as it tells where it sends to. All of it must be awaited, also what was given as a text. */
export interface Client {
  readonly config?: {
    /** Only if the application gave one. */
    readonly endpoint?: () => Promise<GivenEndpoint>;
    /** What the environment and the shared configuration files say instead. */
    readonly serviceConfiguredEndpoint?: () => Promise<string | undefined>;
    readonly ignoreConfiguredEndpointUrls?: boolean;
    readonly region?: () => Promise<string>;
    readonly useFipsEndpoint?: () => Promise<boolean>;
    readonly useDualstackEndpoint?: () => Promise<boolean>;
    /** The rules by which AWS names its hosts. */
    readonly endpointProvider?: (parameters: object) => { readonly url: URL };
  };
}

interface GivenEndpoint {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
}

const KNOWN = new WeakMap<Client, { url: string | undefined }>();

/** The server of a client, which the first call cannot wait for: it learns it when it ends. */
export function baseUrlOf(client: Client): string | undefined {
  const known = KNOWN.get(client);
  if (known !== undefined) return known.url;
  const learned: { url: string | undefined } = { url: undefined };
  KNOWN.set(client, learned);
  learn(client).then(
    (url) => {
      learned.url = url;
    },
    // The call itself fails, too. The next one may not.
    () => KNOWN.delete(client),
  );
  return undefined;
}

/** Asks what the client itself asks for each call, in the same order. */
async function learn({ config = {} }: Client): Promise<string | undefined> {
  const given = await config.endpoint?.();
  if (given !== undefined) return `${given.protocol}//${given.hostname}${given.port ? `:${given.port}` : ""}`;
  const ignored = config.ignoreConfiguredEndpointUrls === true;
  const configured = ignored ? undefined : await config.serviceConfiguredEndpoint?.();
  if (configured) return configured;
  const Region = await config.region?.();
  const UseFIPS = await config.useFipsEndpoint?.();
  const UseDualStack = await config.useDualstackEndpoint?.();
  return config.endpointProvider?.({ Region, UseFIPS, UseDualStack }).url.href;
}

/** AWS keeps the status beside the error's own members, also that of an answer that then could not be read. */
export function readErrorCode(error: unknown): string | undefined {
  const { $metadata: told } = error as { $metadata?: { httpStatusCode?: number } };
  const { httpStatusCode: status = 0 } = told ?? {};
  return status < 400 ? undefined : String(status);
}
