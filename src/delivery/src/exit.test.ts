import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const index = fileURLToPath(new URL("../dist/bundle/index.js", import.meta.url));

async function run(program: string) {
  const source = `import { DeliveryQueue, HttpPoster } from ${JSON.stringify(index)};\n${program}`;
  const started = Date.now();
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", source]);
  return { stdout, ms: Date.now() - started };
}

it("delivers what waits when the process runs out of work, without keeping it alive before", async () => {
  const { stdout, ms } = await run(`
    const send = async (batch) => { console.log(batch.join()); return { kind: "delivered" }; };
    const queue = new DeliveryQueue({ name: "t", transport: { send }, flushIntervalMs: 3_600_000 });
    queue.add("a"); queue.add("b");`);
  expect(stdout).toBe("a,b\n");
  expect(ms).toBeLessThan(15_000);
});

it("puts the end of the process off only once for a destination that does not answer", async () => {
  const { stdout } = await run(`
    const send = () => new Promise(() => {});
    const queue = new DeliveryQueue({ name: "t", transport: { send }, exitTimeoutMs: 50 });
    queue.add("a");
    process.on("exit", () => console.log("pending", queue.pending));`);
  expect(stdout).toBe("pending 1\n");
});

it("does not let a request without an answer keep a finished process alive", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { stdout } = await run(`
    const poster = new HttpPoster({ url: "http://127.0.0.1:${(silent.address() as AddressInfo).port}" });
    const send = (batch, signal) => poster.post(JSON.stringify(batch), signal);
    const queue = new DeliveryQueue({ name: "t", transport: { send }, exitTimeoutMs: 50 });
    queue.add("a");
    void queue.flush(1);
    const started = performance.now();
    process.on("exit", () => console.log(performance.now() - started < 5_000, queue.pending));`);
  expect(stdout).toBe("true 1\n");
  silent.closeAllConnections();
  silent.close();
});
