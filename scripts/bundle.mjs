// Joins the files of each published package into one for each of its doors, `dist/bundle/`, which is what Node loads:
// finding and reading some hundred small modules took longer than running them, at every start of an application.
// What a package imports stays outside, so siblings meet at their doors as before. Runs after `tsc -b`.
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isMain } from "./main-module.mjs";
import { publishedFolders } from "./published-folders.mjs";
import { replaceFiles } from "./replace-files.mjs";

/** The files behind the doors of a package that open under this condition, by the folder they are joined in. */
function doorsOf(folder, condition) {
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.values(exports).flatMap((door) =>
    door[condition] === undefined ? [] : [join(folder, door[condition].replace(/dist\/[^/]+/, "dist"))],
  );
}

/** The files behind the commands of a package. */
function commandsOf(folder) {
  const { bin = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.values(bin).map((file) => join(folder, file.replace(/^(\.\/)?bin\//, "dist/command/")));
}

/**
 * An application's bundler finds only what is imported by name, and a bundle has no files beside it to load. Where
 * `x-in-bundle.js` stands beside `x.js`, it takes its place behind the doors of the condition "module", which
 * every bundler sets and Node does not.
 */
const inBundle = {
  name: "in-bundle",
  setup({ onResolve }) {
    onResolve({ filter: /^\..*\.js$/ }, ({ path, resolveDir }) => {
      const twin = join(resolveDir, path.replace(/\.js$/, "-in-bundle.js"));
      return existsSync(twin) ? { path: twin } : undefined;
    });
  },
};

/** esbuild calls a class that names itself `_Client`, and users would read that in their logs and stacks. */
function withOwnClassNames(text) {
  const renamed = Array.from(text.matchAll(/\bvar (\w+) = class _\1\b/g), ([, name]) => name);
  return renamed.reduce((result, name) => result.replaceAll(new RegExp(`\\b_${name}\\b`, "g"), name), text);
}

export async function bundle() {
  // Not before: this file is read where nothing is installed yet.
  const { build } = await import("esbuild");
  const joinFiles = async (outdir, entryPoints, plugins) => {
    const { outputFiles } = await build({
      entryPoints,
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
      plugins,
      write: false,
    });
    const files = outputFiles.map(({ path, text }) => ({
      path,
      text: withOwnClassNames(text),
      mode: text.startsWith("#!") ? 0o755 : 0o644,
    }));
    // What doors share is there before a door names it.
    const isShared = ({ path }) => basename(path).startsWith("shared-");
    replaceFiles(outdir, [...files.filter(isShared), ...files.filter((file) => !isShared(file))]);
  };
  await Promise.all(
    publishedFolders().flatMap((folder) => [
      joinFiles(join(folder, "dist", "bundle"), doorsOf(folder, "default"), []),
      // Apart from the doors, which would fall into more files if they shared parts with these.
      joinFiles(join(folder, "dist", "bin"), commandsOf(folder), []),
      joinFiles(join(folder, "dist", "in-bundle"), doorsOf(folder, "module"), [inBundle]),
    ]),
  );
}

if (isMain(import.meta.url)) await bundle();
