import { isMainThread, parentPort } from "node:worker_threads";
import { init } from "@kit/sdk";
import { startsAsCommonJS } from "./entry-point.js";
import { beforeFirstImport } from "./first-import.js";
import { hookModules } from "./module-hooks.js";

export { VERSION } from "./version.js";

// Node runs `--require` also in the thread of its module loaders, where no application is. Workers have a port.
if (isMainThread || parentPort != null) {
  const kit = init();
  // After `init`: what the kit itself loads needs no hook.
  if (kit.active && startsAsCommonJS()) beforeFirstImport(() => hookModules(kit.modules));
  else if (kit.active) hookModules(kit.modules);
}
