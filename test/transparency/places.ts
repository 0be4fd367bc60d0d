import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findNodes, NODE_MAJORS, type Place, type PlaceResult, runPlace } from "./matrix.js";

/** The pages into which `npm run transparency:table` writes what the full matrix showed. */
const PAGES = ["README.md", "../../README.md"].map((path) =>
  readFileSync(new URL(path, import.meta.url), "utf8"),
);
const FULL = process.env.KIT_TRANSPARENCY === "full";

/**
 * Runs every app loaded with `require` and with `import`, and makes a test of each scenario. On the running Node;
 * with `KIT_TRANSPARENCY=full` on each of {@link NODE_MAJORS} that can be had.
 */
export async function compareEverywhere(apps: readonly string[]): Promise<void> {
  const nodes = FULL ? await findNodes(NODE_MAJORS) : [process.execPath];
  const places = nodes.flatMap((node) =>
    apps.flatMap((app) => (["cjs", "esm"] as const).map((module): Place => ({ app, module, node }))),
  );
  // One at a time: each place is two processes long, and another test file has the second core.
  for (const place of places) testPlace(place, await runPlace(place));
}

function testPlace(
  { app, module }: Place,
  { version, node, verdicts, switching, aftermath }: PlaceResult,
): void {
  const sdk = `${app.split("-")[0]} ${version}`;
  describe(`${sdk}, ${module === "cjs" ? "require" : "import"}, Node ${node}`, () => {
    for (const { name, differences, spans } of verdicts) {
      it(name, () => {
        expect(differences, "what the application sees").toEqual([]);
        expect(spans, "spans").toBeUndefined();
      });
    }

    it("has as many ways of calling as the published table says: npm run transparency:table writes it", () => {
      const rows = PAGES.map((page) => page.split("\n").find((line) => line.startsWith(`| ${sdk} |`)));
      const [row] = rows;
      expect(row?.split(" | ").slice(1, 2)).toEqual([String(verdicts.length)]);
      expect(new Set(rows).size).toBe(1);
    });

    it("replaces nothing but the values of methods", () => {
      expect(switching.during.length).toBeGreaterThan(0);
      expect(switching.during.filter((change) => !change.endsWith(": value"))).toEqual([]);
    });

    it("gives every method back when it is disabled, the second time too", () => {
      expect(switching.after).toEqual([]);
      expect(switching.afterAgain).toEqual([]);
    });

    it("leaves the application's own patches alone, made before or after", () => {
      expect(switching).toMatchObject({ keepsEarlierPatch: true, keepsLaterPatch: true });
    });

    it("records a call once when the SDK is instrumented twice, and not at all when disabled", () => {
      expect(aftermath).toEqual({ spansWhenTwice: 1, spansWhenDisabled: 0 });
    });
  });
}
