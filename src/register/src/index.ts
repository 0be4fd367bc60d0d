import { init } from "@kit/sdk";
import { hookModules } from "./module-hooks.js";

export { VERSION } from "./version.js";

const kit = init();
// After `init`: what the kit itself loads needs no hook.
if (kit.active) hookModules(kit.modules);
