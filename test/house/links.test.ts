import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.js";
import { ROOT, workspaceFiles } from "./packages.js";

const PAGES = workspaceFiles().filter((file) => file.endsWith(".md"));

const textOf = (page: string) => readFileSync(page, "utf8").replace(/```[\s\S]*?```/g, "");

/** As the sites that show Markdown name a heading. */
const toAnchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

function anchorsOf(page: string): string[] {
  return Array.from(textOf(page).matchAll(/^#+ (.+)$/gm), ([, heading = ""]) => toAnchor(heading));
}

/** Links of a page, and pictures, that lead nowhere. */
function deadLinks(page: string): string[] {
  const links = Array.from(textOf(page).matchAll(/\]\((?!\w+:)([^)\s]+)\)/g), ([, link = ""]) => link);
  return links.filter((link) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : join(dirname(page), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
}

describe.each(PAGES)("%s", (page) => {
  it("links and shows only what is there", () => {
    expect(deadLinks(join(ROOT, page))).toEqual([]);
  });
});

it("finds a page and a heading that are not there", () => {
  const folder = temporaryFolder();
  const page = join(folder, "page.md");
  writeFileSync(
    page,
    "# It is here\n[a](gone.md) [b](#gone) [c](#it-is-here) [d](page.md#it-is-here) ![e](gone.png)",
  );
  expect(deadLinks(page)).toEqual(["gone.md", "#gone", "gone.png"]);
});
