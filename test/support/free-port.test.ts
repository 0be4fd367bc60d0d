import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { freePort } from "./free-port.js";

/** Listens there until the test is over, as whoever else may. */
async function take(port: number): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
}

it("gives each of those who ask a port of their own, which is none that a system hands out", async () => {
  const ports = await Promise.all(Array.from({ length: 5 }, freePort));
  expect(new Set(ports).size).toBe(5);
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

it("passes over a port where somebody listens", async () => {
  const port = await freePort();
  await take(port + 1);
  expect(await freePort()).toBeGreaterThan(port + 1);
});
