/** The object whose methods make the requests. */
interface Resource {
  readonly _baseURL?: URL | null;
  /** Its name until 1.1. */
  readonly baseURL?: URL | null;
}

/** Where a request goes: a call may name a server of its own. */
export function baseUrlOf(resource: unknown, [, options]: readonly unknown[]): string | undefined {
  const { serverURL } = (options ?? {}) as { serverURL?: string | URL };
  const { _baseURL: base, baseURL: older } = (resource ?? {}) as Resource;
  const url = serverURL ?? base ?? older;
  return url == null ? undefined : String(url);
}
