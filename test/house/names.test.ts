import { expect, it } from "vitest";
import { publishedPackages } from "./packages.js";

/** Names of the Python SDK for what is asynchronous here anyway. */
const OTHER_NAMES = /^Async(CollectorClient|Session|BatchWriter)$/;

it.each(
  publishedPackages()
    // Importing the hook starts telemetry.
    .filter(({ folder }) => folder !== "src/register")
    .map(({ manifest }) => manifest.name),
)("%s has its classes under the names that logs and stacks show", async (name) => {
  const exported = Object.entries((await import(name)) as Record<string, unknown>);
  const classes = exported.filter(
    ([key, value]) => typeof value === "function" && /^class\b/.test(String(value)) && !OTHER_NAMES.test(key),
  );
  expect(exported.length).toBeGreaterThan(0);
  expect(classes.map(([, value]) => (value as { name: string }).name)).toEqual(classes.map(([key]) => key));
});
