import { expect, it } from "vitest";
import { describeCopies } from "./copies.js";

it("tells of a package that is loaded from two folders, and where they are", () => {
  const lines = describeCopies([
    "/app/node_modules/@opentelemetry/api/build/src/index.js",
    "/app/node_modules/@opentelemetry/api/build/src/trace-api.js",
    "/app/node_modules/vendor/node_modules/@opentelemetry/api/build/src/index.js",
  ]);
  expect(lines).toEqual([
    "@opentelemetry/api is loaded 2 times (/app/node_modules/@opentelemetry/api and " +
      "/app/node_modules/vendor/node_modules/@opentelemetry/api): spans made through one copy can be missing " +
      'from traces of the other. See "npm ls @opentelemetry/api".',
  ]);
});

it("has nothing to tell of one copy, or of packages with a similar name", () => {
  expect(
    describeCopies([
      "/app/node_modules/import-in-the-middle/index.js",
      "/app/node_modules/import-in-the-middle/lib/register.js",
      "/app/node_modules/vendor/node_modules/import-in-the-middle-extra/index.js",
      "/app/node_modules/@opentelemetry/api-logs/build/src/index.js",
    ]),
  ).toEqual([]);
});
