import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { alone } from "./alone.js";

const MODULE = new URL("./alone.ts", import.meta.url).href;

const lockOf = (name: string) => join(tmpdir(), `kit-alone-${process.getuid?.() ?? 0}-${name}`);

it("gives back what was done, and its place also after a failure", () => {
  const name = randomUUID();
  expect(alone(name, () => 5)).toBe(5);
  expect(() =>
    alone(name, () => {
      throw new Error("failed");
    }),
  ).toThrow("failed");
  expect(existsSync(lockOf(name))).toBe(false);
});

it("lets one process after the other work", async () => {
  const name = randomUUID();
  const program = `
    const { alone } = await import(${JSON.stringify(MODULE)});
    const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    alone(${JSON.stringify(name)}, () => { process.stdout.write("in "); pause(50); process.stdout.write("out "); });`;
  const both = [1, 2, 3].map(() => {
    const args = ["--import", "tsx", "--input-type=module", "-e", program];
    return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  });
  let said = "";
  for (const { stdout } of both) stdout.on("data", (text) => (said += text));
  await Promise.all(both.map((child) => once(child, "close")));
  expect(said).toBe("in out in out in out ");
});

it("does not wait for one that began long ago, whatever runs under its number now", () => {
  const name = randomUUID();
  writeFileSync(lockOf(name), String(process.pid));
  const longAgo = new Date(Date.now() - 601_000);
  utimesSync(lockOf(name), longAgo, longAgo);
  expect(alone(name, () => "done")).toBe("done");
});

it("does not wait for a process that is gone", () => {
  const name = randomUUID();
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(lockOf(name), String(pid));
  expect(alone(name, () => "done")).toBe("done");
});
