import { isMainThread, parentPort } from "node:worker_threads";
import { init } from "@kit/sdk/init";

export { VERSION } from "./version.js";

// Node runs `--require` also in the thread of its module loaders, where no application is. Workers have a port.
if (isMainThread || parentPort != null) init({ patchLoaded: false });
