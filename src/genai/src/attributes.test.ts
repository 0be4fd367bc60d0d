import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ATTR, KIT_ATTR, SCHEMA_URL } from "./attributes.js";

const registry = JSON.parse(
  readFileSync(new URL("../../../test/semconv/genai-registry.json", import.meta.url), "utf8"),
) as { attributes: Record<string, unknown>; forbidden: { attributes: string[] }; schemaUrl: string };

it("uses only names that the conventions know", () => {
  const core = new Set(["exception.type", "exception.message", "exception.stacktrace", "session.id"]);
  const unknown = Object.values(ATTR).filter((name) => !(name in registry.attributes) && !core.has(name));
  expect(unknown).toEqual([]);
});

it("uses no name that the conventions have given up", () => {
  expect(Object.values<string>(ATTR).filter((name) => registry.forbidden.attributes.includes(name))).toEqual(
    [],
  );
});

it("keeps names of its own under kit.", () => {
  expect(Object.values(KIT_ATTR).filter((name) => !name.startsWith("kit."))).toEqual([]);
});

it("names the schema of the registry", () => {
  expect(SCHEMA_URL).toBe(registry.schemaUrl);
});
