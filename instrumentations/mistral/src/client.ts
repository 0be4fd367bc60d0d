/** The object whose methods make the requests. */
interface Resource {
  readonly _baseURL?: URL | null;
}

/** Where a request goes: a call may name a server of its own. */
export function baseUrlOf(resource: unknown, [, options]: readonly unknown[]): string | undefined {
  const { serverURL } = (options ?? {}) as { serverURL?: string | URL };
  const url = serverURL ?? (resource as Resource | undefined)?._baseURL;
  return url == null ? undefined : String(url);
}
