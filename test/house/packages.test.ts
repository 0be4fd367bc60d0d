import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { publishedPackages, ROOT } from "./packages.js";

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };

describe.each(publishedPackages().map((each) => [each.manifest.name, each] as const))(
  "%s",
  (_, { folder, manifest }) => {
    it("has the one version of the house, its licence and a description", () => {
      expect(manifest).toMatchObject({
        version,
        license: "MIT",
        description: expect.stringMatching(/.{20}/),
      });
    });

    it("asks for its siblings in the same version", () => {
      const siblings = Object.entries(manifest.dependencies ?? {}).filter(([name]) =>
        name.startsWith("@kit/"),
      );
      expect(siblings.filter(([, wanted]) => wanted !== version)).toEqual([]);
    });

    it("leaves the API of OpenTelemetry to the application", () => {
      expect(manifest.dependencies ?? {}).not.toHaveProperty("@opentelemetry/api");
    });

    it("has a README that says how to install it", () => {
      const readme = join(ROOT, folder, "README.md");
      expect(existsSync(readme)).toBe(true);
      expect(readFileSync(readme, "utf8")).toContain(`npm install ${manifest.name}`);
    });

    it("brings its licence along", () => {
      const licence = readFileSync(join(ROOT, "LICENSE"), "utf8");
      expect(readFileSync(join(ROOT, folder, "LICENSE"), "utf8")).toBe(licence);
    });

    it("is found by tools that know no exports, as TypeScript with commonjs does by default", () => {
      const { ".": front, ...doors } = manifest.exports;
      expect(manifest).toMatchObject({ main: front?.default, types: front?.types });
      const types = Object.entries(doors).map(([door, { types }]) => [door.slice(2), [types]]);
      expect(manifest.typesVersions?.["*"] ?? {}).toEqual(Object.fromEntries(types));
    });

    it("exports by name and nothing else", () => {
      const index = readFileSync(join(ROOT, folder, "src", "index.ts"), "utf8");
      expect(index).not.toMatch(/export \*/);
    });
  },
);

const BESIDE: Readonly<Record<string, readonly string[]>> = {
  "src/genai": ["@pydantic/genai-prices"],
  // Installed with OpenTelemetry's instrumentations anyway: named here, it is found by tools that collect files.
  "src/sdk": ["import-in-the-middle"],
};

it.each(["src/delivery", "src/genai", "src/tracing", "src/sdk", "src/register", "exporters/agentpulse"])(
  "%s needs OpenTelemetry with its hooks, siblings and the list of prices, and nothing else",
  (room) => {
    const { manifest } = publishedPackages().find(({ folder }) => folder === room) ?? {};
    const needed = Object.keys({ ...manifest?.dependencies, ...manifest?.peerDependencies });
    expect(needed.length).toBeGreaterThan(0);
    const others = needed.filter((name) => !/^@(kit|opentelemetry)\//.test(name));
    expect(others).toEqual(BESIDE[room] ?? []);
  },
);
