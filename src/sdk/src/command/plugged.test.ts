import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/temporary-folder.js";
import { findPlugged } from "./plugged.js";

/** As Yarn has it: every package in an archive, and one instance of it for each set of its peers. */
const API = `
const places = { "npm:6": "/cache/openai-6.zip/", "virtual:a": "/virtual/a/", "virtual:b": "/virtual/b/", "npm:1": "/cache/zod.zip/" };
const names = { "npm:6": "openai", "virtual:a": "litellm", "virtual:b": "litellm", "npm:1": "zod" };
module.exports = {
  getAllLocators: () => Object.keys(places).map((reference) => ({ name: names[reference], reference })),
  getPackageInformation: ({ reference }) => ({ packageLocation: places[reference] }),
  resolveVirtual: (path) => (path.startsWith("/virtual/") ? "/cache/litellm.zip/" : null),
  resolveToUnqualified: (name) => {
    if (name !== "openai") throw new Error("not declared");
    return "/cache/openai-6.zip/";
  },
};`;

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, "node_modules", "pnpapi"), { recursive: true });
  writeFileSync(join(folder, "node_modules", "pnpapi", "index.js"), API);
});

it("finds each package once, however many instances it has, and which are declared here", () => {
  const { found, nearest } = findPlugged(new Set(["openai", "litellm", "absent"]), folder);
  expect([...found]).toEqual([
    ["/cache/openai-6.zip", "openai"],
    ["/cache/litellm.zip", "litellm"],
  ]);
  expect(["openai", "litellm"].map(nearest)).toEqual(["/cache/openai-6.zip", undefined]);
});
