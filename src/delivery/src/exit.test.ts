import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const index = fileURLToPath(new URL("../dist/bundle/index.js", import.meta.url));

/** Runs a program in which no timer beyond `longestMs` ever fires: what it waits for must be shorter. */
async function run(program: string, longestMs: number) {
  const clock = `const { setTimeout: real } = globalThis;
    globalThis.setTimeout = (work, ms, ...rest) => real(work, ms > ${longestMs} ? 2 ** 31 - 1 : ms, ...rest);`;
  const source = `import { DeliveryQueue, HttpPoster } from ${JSON.stringify(index)};\n${clock}\n${program}`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", source]);
  return stdout;
}

it("delivers what waits when the process runs out of work, without keeping it alive before", async () => {
  const stdout = await run(
    `
    const send = async (batch) => { console.log(batch.join()); return { kind: "delivered" }; };
    const queue = new DeliveryQueue({ name: "t", transport: { send }, flushIntervalMs: 3_600_000 });
    queue.add("a"); queue.add("b");`,
    0,
  );
  expect(stdout).toBe("a,b\n");
});

it("puts the end of the process off only once for a destination that does not answer", async () => {
  const stdout = await run(
    `
    const send = () => new Promise(() => {});
    const queue = new DeliveryQueue({ name: "t", transport: { send }, exitTimeoutMs: 50 });
    queue.add("a");
    process.on("exit", () => console.log("pending", queue.pending));`,
    50,
  );
  expect(stdout).toBe("pending 1\n");
});

it("ends longer waits for a flush with its own", async () => {
  const stdout = await run(
    `
    const send = () => new Promise(() => {});
    const queue = new DeliveryQueue({ name: "t", transport: { send }, exitTimeoutMs: 50 });
    queue.add("a");
    process.once("beforeExit", async () => console.log("flushed", await queue.flush(30_000)));`,
    50,
  );
  expect(stdout).toBe("flushed false\n");
});

it("does not let a request without an answer keep a finished process alive", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const stdout = await run(
    `
    const poster = new HttpPoster({ url: "http://127.0.0.1:${(silent.address() as AddressInfo).port}" });
    const send = (batch, signal) => poster.post(JSON.stringify(batch), signal);
    const queue = new DeliveryQueue({ name: "t", transport: { send }, exitTimeoutMs: 50 });
    queue.add("a");
    void queue.flush(1);
    process.on("exit", () => console.log("pending", queue.pending));`,
    50,
  );
  expect(stdout).toBe("pending 1\n");
  silent.closeAllConnections();
  silent.close();
});
