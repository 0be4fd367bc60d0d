import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The folders of the packages that users install. */
export function publishedFolders() {
  return ["src", "instrumentations", "exporters"]
    .flatMap((room) => readdirSync(join(ROOT, room)).map((name) => join(ROOT, room, name)))
    .filter((folder) => existsSync(join(folder, "package.json")));
}
