import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Package, publishedPackages, ROOT, sourcesOf } from "./packages.js";

/** Names that the doors of a package export from files of its own. */
function exportedNames({ folder, manifest }: Package): string[] {
  const doors = Object.values(manifest.exports).map(({ types }) =>
    types.replace("./dist/", `${folder}/src/`).replace(".d.ts", ".ts"),
  );
  return doors.flatMap((door) => {
    const lists = readFileSync(join(ROOT, door), "utf8").matchAll(/export (?:type )?\{([^}]*)\} from "\.\//g);
    return [...lists].flatMap(([, list = ""]) =>
      Array.from(list.matchAll(/(?:type )?(\w+)(?: as \w+)?/g), ([, name = ""]) => name),
    );
  });
}

/** Where each name is declared, and whether a docstring stands right above. */
function declarationsOf(owner: Package): Map<string, { readonly place: string; readonly told: boolean }> {
  const declared = new Map<string, { place: string; told: boolean }>();
  for (const path of sourcesOf(owner)) {
    const lines = readFileSync(join(ROOT, path), "utf8").split("\n");
    lines.forEach((line, at) => {
      const [, name] =
        /^export (?:declare |abstract |async )*(?:interface|type|class|function\*?|const) (\w+)/.exec(line) ??
        [];
      if (name === undefined) return;
      const told = lines[at - 1]?.endsWith("*/") === true || declared.get(name)?.told === true;
      declared.set(name, { place: `${path}:${at + 1} ${name}`, told });
    });
  }
  return declared;
}

it.each(
  publishedPackages()
    .filter(({ folder }) => folder !== "src/register")
    .map((each) => [each.manifest.name, each] as const),
)("%s tells of every name that it exports what the name does not", (_, owner) => {
  const declared = declarationsOf(owner);
  const known = exportedNames(owner).flatMap((name) => declared.get(name) ?? []);
  expect(known.length).toBeGreaterThan(0);
  expect(known.filter(({ told }) => !told).map(({ place }) => place)).toEqual([]);
});
