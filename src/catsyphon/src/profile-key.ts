/**
 * The key of a credential in the file, as Python's SDK makes it: `profile:host:workspaceId`, the host being
 * what `urlparse` calls the network location, verbatim, or the path when there is none. WHATWG `URL` will not
 * do: it lower-cases, and drops default ports.
 */
export function toProfileKey(serverUrl: string, workspaceId: string, profile: string): string {
  return `${profile}:${readHost(serverUrl)}:${workspaceId}`;
}

function readHost(serverUrl: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: urlparse strips leading control characters.
  const url = serverUrl.replace(/^[\u0000-\u0020]+/, "").replace(/[\t\r\n]/g, "");
  const rest = url.replace(/^[A-Za-z][A-Za-z0-9+.-]*:/, "");
  const [netloc = ""] = /(?<=^\/\/)[^/?#]*/.exec(rest) ?? [];
  if (netloc) return netloc;
  return rest.replace(/^\/\//, "").replace(/[?#].*$/, "");
}
