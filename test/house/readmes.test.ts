import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { publishedPackages, ROOT } from "./packages.js";

/** Words for what has another name here: a section called so would stand beside the skeleton. */
const OTHER_WORDS =
  "Records|Recorded|Sends|Configuration|Settings|Start|Usage|Requirements|Limitations|Does not";

/** A section of the package's own, such as "Errors" or "Checkpoints". */
const OWN = `(?!(?:Install|Example|What it .+|Options|Versions|${OTHER_WORDS})\n).+\n`;

const SKELETON = new RegExp(
  [
    "^Install\n",
    "Example\n",
    `(${OWN}|What it does\n)*`,
    "What it (records|sends|reads)\n",
    `(${OWN})*`,
    `(Options\n(${OWN})*)?`,
    "Versions\n",
    "What it does not do\n$",
  ].join(""),
);

/** Lines of an example; the engine's is a whole instrumentation. */
const LONGEST: Readonly<Record<string, number>> = { "@kit/genai": 22 };

const sectionsOf = (readme: string) =>
  Array.from(readme.replace(/```[\s\S]*?```/g, "").matchAll(/^## (.+\n)/gm), ([, title]) => title).join("");

describe.each(publishedPackages().map(({ folder, manifest }) => [manifest.name, folder] as const))(
  "the README of %s",
  (name, folder) => {
    const readme = readFileSync(join(ROOT, folder, "README.md"), "utf8");

    it("begins with the package's name and what it is for", () => {
      expect(readme).toMatch(new RegExp(`^# ${name}\n\n[A-Z\`].{30}`));
    });

    it("has the sections that all have, by the same names in the same order", () => {
      expect(sectionsOf(readme)).toMatch(SKELETON);
    });

    it("shows an example that is read at a glance", () => {
      const [, example = ""] = /## Example\n[\s\S]*?```\w+\n([\s\S]*?)```/.exec(readme) ?? [];
      const lines = example.split("\n").filter((line) => line.trim() !== "");
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.length).toBeLessThanOrEqual(LONGEST[name] ?? 10);
    });

    it("calls the columns of its options alike", () => {
      const [, table = ""] = /## Options\n[\s\S]*?\n(\|.*)\n/.exec(readme) ?? [];
      if (table !== "")
        expect(table).toMatch(/^\| option \|( of \|)?( variable \|)? default \|( unit \|)? meaning \|$/);
    });
  },
);

it.each([
  ["a section under another name", "Install\nExample\nRecords\nOptions\nVersions\nWhat it does not do\n"],
  ["another order", "Install\nExample\nOptions\nWhat it records\nVersions\nWhat it does not do\n"],
  ["a section too few", "Install\nExample\nWhat it records\nOptions\nWhat it does not do\n"],
  ["a section after the end", "Install\nExample\nWhat it sends\nVersions\nWhat it does not do\nErrors\n"],
])("a README with %s is found", (_, sections) => {
  expect(sections).not.toMatch(SKELETON);
});

describe.each(
  readdirSync(join(ROOT, "examples")).filter((name) =>
    readdirSync(join(ROOT, "examples", name)).includes("package.json"),
  ),
)("the README of examples/%s", (name) => {
  it("says what the program does, then how to run it, then the rest", () => {
    const readme = readFileSync(join(ROOT, "examples", name, "README.md"), "utf8");
    expect(readme).toMatch(/^# [A-Z].+\n\n[A-Z][^\n]+\n\n```sh\n/);
    expect(sectionsOf(readme)).toBe("");
  });

  it("begins with a command that sets up a fresh clone", () => {
    const readme = readFileSync(join(ROOT, "examples", name, "README.md"), "utf8");
    expect(/```sh\n(.+)/.exec(readme)?.[1]).toMatch(/^npm run (setup|demo)\b/);
  });
});

it.each([
  ["CONTRIBUTING.md", "src"],
  ["test/README.md", "test"],
])("%s shows every room of %s/", (page, room) => {
  const text = readFileSync(join(ROOT, page), "utf8");
  const folders = readdirSync(join(ROOT, room), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  const names = folders.map(({ name }) => name).filter((name) => name !== "node_modules");
  expect(names.filter((name) => !new RegExp(`[\`/{,]${name}[\`/},]`).test(text))).toEqual([]);
});
