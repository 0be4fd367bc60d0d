import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { notification, startFake } from "../support/ailoop/harness.js";

/** Runs a program against a server; yields its lines and fails unless it ends by itself with 0. */
async function run(
  program: string,
  url: string,
  onLine: (line: string) => void | Promise<void> = () => {},
): Promise<string[]> {
  const path = fileURLToPath(new URL(`./programs/${program}.mjs`, import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", path, url], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit");
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    await onLine(line);
  }
  expect(await ended).toEqual([0, null]);
  return lines;
}

it("lets the process end after close, whatever was open, and tells every wait", async () => {
  const fake = await startFake();
  const [line] = await run("close", fake.url);
  expect(JSON.parse(line ?? "")).toEqual(["client closed", "client closed", "client closed"]);
});

it("does not hold a process open for HTTP alone", async () => {
  const fake = await startFake();
  expect(await run("http-only", fake.url)).toEqual(["said"]);
});

const MiB = 1024 * 1024;

it("keeps its memory flat over 100,000 messages", { timeout: 120_000 }, async () => {
  const fake = await startFake();
  const publish = async () => {
    for (let n = 0; n < 100_000; n += 1) {
      const correlation = n % 10 === 0 ? { correlation_id: randomUUID() } : {};
      fake.broadcast({ ...notification(`message ${n}`, `c${n % 7}`), ...correlation });
      // In portions, as a network brings them: the listener stops to measure.
      if (n % 1000 === 999) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const heaps = (await run("listen", fake.url, (line) => void (line === "ready" && publish())))
    .slice(1)
    .map(Number);
  expect(heaps).toHaveLength(5);
  // Sixty thousand messages of some hundred bytes would be far more.
  expect(heaps[4]! - heaps[1]!).toBeLessThan(4 * MiB);
});

it("keeps its memory flat over five thousand prompts that are answered", { timeout: 120_000 }, async () => {
  const fake = await startFake();
  fake.beforeReply = ({ id }) => void fake.answer(id, null, "authorization_approved");
  const heaps = (await run("ask", fake.url)).map(Number);
  expect(heaps).toHaveLength(5);
  expect(heaps[4]! - heaps[1]!).toBeLessThan(2 * MiB);
});
