import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Whether Node was started with the file of this URL. Compared as files: through a link, or a junction of Windows, the
 * command line has another name for it than the module itself.
 */
export function isMain(url, entry = process.argv[1]) {
  try {
    return realpathSync.native(entry) === realpathSync.native(fileURLToPath(url));
  } catch {
    return false;
  }
}
