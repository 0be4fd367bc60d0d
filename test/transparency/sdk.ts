import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Run } from "./run.js";

/** An SDK as an application in `matrix/<app>` gets it. */
export interface Loaded {
  readonly sdk: unknown;
  readonly version: readonly number[];
  load<Module>(name: string): Promise<Module>;
}

const MATRIX = fileURLToPath(new URL("../../../matrix/", import.meta.url));

export function packageOf(app: string): string {
  return app.startsWith("openai") ? "openai" : "@anthropic-ai/sdk";
}

/** Loads the SDK of the run's folder by its real name, with `require` or `import`. */
export async function loadApp({ app, module }: Pick<Run, "app" | "module">): Promise<Loaded> {
  const folder = join(MATRIX, app);
  const require = createRequire(join(folder, "app.cjs"));
  const { load: importFromThere } = (await import(pathToFileURL(join(folder, "load.mjs")).href)) as {
    load(name: string): Promise<unknown>;
  };
  const load = async <Module>(name: string) =>
    (module === "cjs" ? require(name) : await importFromThere(name)) as Module;
  const name = packageOf(app);
  return { sdk: await load(name), version: versionOf(folder, require, name), load };
}

function versionOf(folder: string, require: NodeJS.Require, name: string): number[] {
  const roots = require.resolve.paths(name) ?? [folder];
  for (const root of roots) {
    try {
      const { version } = JSON.parse(readFileSync(join(root, name, "package.json"), "utf8")) as {
        version: string;
      };
      return version.split(".").map(Number);
    } catch {
      // Not installed at this level; the next one up.
    }
  }
  throw new Error(`${name} is not installed in ${folder}`);
}
