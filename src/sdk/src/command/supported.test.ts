import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { ADAPTERS } from "../libraries/adapters.js";
import { isSupported } from "./supported.js";

interface Definition {
  readonly name: string;
  readonly supportedVersions: string[];
}

// OpenTelemetry's instrumentations keep it to themselves.
const { satisfies } = createRequire(import.meta.url)(
  "../../../../node_modules/@opentelemetry/instrumentation/build/src/semver.js",
) as { satisfies(version: string, range: string): boolean };

const definitions = ADAPTERS.flatMap(({ create }) =>
  (create({ enabled: false }) as unknown as { getModuleDefinitions(): Definition[] }).getModuleDefinitions(),
);

/** Around each bound of a range, and what is no release. */
const versionsAround = (range: string) =>
  [...range.matchAll(/(\d+)(?:\.(\d+))?(?:\.(\d+))?/g)].flatMap(([, ...parts]) => {
    const [major = 0, minor = 0, patch = 0] = parts.map((part) => Number(part ?? 0));
    return [
      `${major}.${minor}.${patch}`,
      `${major}.${minor}.${patch + 1}`,
      `${major}.${minor + 1}.0`,
      `${major + 1}.0.0`,
      ...(patch > 0 ? [`${major}.${minor}.${patch - 1}`] : []),
      ...(minor > 0 ? [`${major}.${minor - 1}.99`] : []),
      ...(major > 0 ? [`${major - 1}.99.99`] : []),
      `${major}.${minor}.${patch}-beta.1`,
      `${major}.${minor}.${patch}+build.7`,
    ];
  });

it.each(definitions.map(({ name, supportedVersions }) => [name, supportedVersions] as const))(
  "answers for %s as the hook would",
  (_, ranges) => {
    const versions = [...ranges.flatMap(versionsAround), "", "?", "1", "latest"];
    const answers = versions.map((version) => [version, isSupported(version, ranges)]);
    expect(answers).toEqual(
      versions.map((version) => [version, ranges.some((range) => satisfies(version, range))]),
    );
    expect(new Set(answers.map(([, answer]) => answer)).size).toBe(2);
  },
);

it("does not guess at a range of another form", () => {
  expect(() => isSupported("1.0.0", ["^1"])).toThrow("^1");
});
