import { isMainThread, parentPort } from "node:worker_threads";
import { Configuration } from "./configuration.js";
import { chooseAdapters } from "./libraries/adapters.js";
import { startsAsCommonJS } from "./modules/entry-point.js";
import { startLoaderThread } from "./modules/loader-thread.js";
import { isDisabled } from "./settings/disabled.js";

/** Not so in the thread of Node's module loaders, where `--require` runs, too. Workers have a port. */
export const isApplication: boolean = isMainThread || parentPort != null;

// This door is for the hook alone, which imports it first: what follows is evaluated while the thread starts.
if (isApplication && hooksModules()) startLoaderThread();

/** As far as variables alone can tell. `init` reads them again, and reports what is wrong with them. */
function hooksModules(): boolean {
  const configuration = new Configuration(process.env, () => {});
  return (
    !startsAsCommonJS() && !isDisabled({}, configuration) && chooseAdapters({}, configuration).length > 0
  );
}
