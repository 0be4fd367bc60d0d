import { createRequire } from "node:module";
import { join } from "node:path";

/** What Yarn's Plug'n'Play, which has no folders of packages, can be asked. */
interface PnpApi {
  getAllLocators(): readonly { readonly name: string; readonly reference: string }[];
  getPackageInformation(locator: unknown): { readonly packageLocation: string } | null;
  resolveToUnqualified(request: string, issuer: string): string | null;
  /** The place of a package behind one of its instances. */
  resolveVirtual?(path: string): string | null;
}

/** The folders of these packages, and which of each a program in this folder gets. */
export function findPlugged(names: ReadonlySet<string>, start: string) {
  const api = createRequire(join(start, "package.json"))("pnpapi") as PnpApi;
  const found = new Map<string, string>();
  for (const locator of api.getAllLocators()) {
    const path = names.has(locator.name) ? api.getPackageInformation(locator)?.packageLocation : undefined;
    if (path !== undefined) found.set(real(path), locator.name);
  }
  return { found, nearest };

  function nearest(name: string): string | undefined {
    try {
      const path = api.resolveToUnqualified(name, join(start, "package.json"));
      return path === null ? undefined : real(path);
    } catch {
      // Not among the dependencies of that folder.
      return undefined;
    }
  }

  function real(path: string): string {
    return (api.resolveVirtual?.(path) ?? path).replace(/[\\/]$/, "");
  }
}
