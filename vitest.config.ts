import { defineConfig } from "vitest/config";
import { isForeignSetting } from "./test/support/environment.js";

// Workers take their environment from here.
for (const name of Object.keys(process.env)) if (isForeignSetting(name)) delete process.env[name];

export default defineConfig({
  test: {
    include: [
      "src/*/src/**/*.test.ts",
      "instrumentations/*/src/**/*.test.ts",
      "exporters/*/src/**/*.test.ts",
      "test/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**"],
    reporters: ["default", "./scripts/closing-line.mjs"],
    // Limits say that something hangs, not that a machine is slow or stood still for a while: no test is to meet one.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    // Child processes and SDK servers share two cores with the tests in CI.
    maxWorkers: 2,
  },
});
