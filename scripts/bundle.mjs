// Joins the files of each published package into one for each of its doors, `dist/bundle/`, which is what Node loads:
// finding and reading some hundred small modules took longer than running them, at every start of an application.
// What a package imports stays outside, so siblings meet at their doors as before. Runs after `tsc -b`.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

function publishedFolders() {
  return ["src", "instrumentations", "exporters"]
    .flatMap((room) => readdirSync(join(ROOT, room)).map((name) => join(ROOT, room, name)))
    .filter((folder) => existsSync(join(folder, "package.json")));
}

function doorsOf(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.values(exports).map((door) => join(folder, door.default.replace("dist/bundle", "dist")));
}

export async function bundle() {
  // Not before: this file is read where nothing is installed yet.
  const { build } = await import("esbuild");
  await Promise.all(
    publishedFolders().map((folder) => {
      const outdir = join(folder, "dist", "bundle");
      // Shared parts are named after what they hold, so those of an earlier build would stay.
      rmSync(outdir, { recursive: true, force: true });
      return build({
        entryPoints: doorsOf(folder),
        outdir,
        bundle: true,
        // Two doors of one package share what stands behind both.
        splitting: true,
        chunkNames: "shared-[hash]",
        packages: "external",
        platform: "node",
        format: "esm",
        target: "node20.19",
        logLevel: "warning",
      });
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await bundle();
