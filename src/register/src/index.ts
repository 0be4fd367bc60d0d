// Imported first: the rest of the kit is evaluated while the thread starts that this may have started.
import { isApplication } from "@kit/sdk/early";
import { init } from "@kit/sdk/init";

export { VERSION } from "./version.js";

if (isApplication) init({ patchLoaded: false });
