import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { TOKEN } from "../support/sprites/server.js";
import { Harness } from "./harness.js";

const harness = new Harness();
const GIGABYTE = 1024 ** 3;
const MEGABYTE = 1024 ** 2;
/** What may be held at a time, beside what nothing holds any more: some messages on their way. */
const LIMIT = 16 * MEGABYTE;

it("a command that prints a gigabyte is streamed in little memory", { timeout: 120_000 }, async () => {
  // A process of its own: here the server's memory would be counted too. Its heap could hold 1/20 of the output.
  const reader = join(import.meta.dirname, "gigabyte-reader.mjs");
  const command = ["head", "-c", String(GIGABYTE), "/dev/zero"];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--expose-gc", "--max-old-space-size=48", reader, ...command],
    { env: { ...process.env, SPRITES_ENDPOINT: harness.server.endpoint, SPRITES_TOKEN: TOKEN } },
  );
  const told = JSON.parse(stdout) as Record<"bytes" | "returncode" | "kept" | "grown", number>;
  expect(told).toMatchObject({ bytes: GIGABYTE, returncode: 0 });
  expect(told.kept).toBeLessThanOrEqual(MEGABYTE);
  expect(told.grown).toBeLessThan(LIMIT);
});
