import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const index = fileURLToPath(new URL("../dist/index.js", import.meta.url));

async function run(program: string) {
  const source = `import { DeliveryQueue } from ${JSON.stringify(index)};\n${program}`;
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
