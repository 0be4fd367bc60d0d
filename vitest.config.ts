import { defineConfig } from "vitest/config";

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
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Child processes and SDK servers share two cores with the tests in CI.
    maxWorkers: 2,
  },
});
