import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NatsServer } from "../support/kryten/nats-server.js";
import { StandInBridge } from "../support/kryten/stand-in-bridge.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BATCH = 10_000;
const BATCHES = 8;

/** Handles events asynchronously and tells its heap, collected, after every batch. */
const PROGRAM = `
  import { KrytenClient } from "@kit/kryten";
  import { NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
  const exporter = { export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} };
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
  const channels = [{ domain: "cytu.be", channel: "lounge" }];
  const client = await KrytenClient.open({ nats: { servers: [process.env.NATS_URL] }, channels, log_level: "ERROR" });
  let seen = 0;
  client.on("chatmsg", async () => {
    await null;
    if (++seen % ${BATCH} !== 0) return;
    setImmediate(() => {
      gc();
      console.log(JSON.stringify({ seen, heap: process.memoryUsage().heapUsed, errors: client.health().errors }));
    });
  });
  console.log("{}");
  await client.run();
  await client.disconnect();
`;

let server: NatsServer;
let bridge: StandInBridge;

beforeAll(async () => {
  server = await NatsServer.start({ jetstream: false });
  bridge = await StandInBridge.start({ servers: server.url });
});

afterAll(async () => {
  await bridge?.stop();
  await server?.stop();
});

it("handles tens of thousands of events, every one, in flat memory", { timeout: 120_000 }, async () => {
  const args = ["--expose-gc", "--input-type=module", "--eval", PROGRAM];
  const env = { ...process.env, NATS_URL: server.url };
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "inherit"] });
  const heaps: number[] = [];
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const {
        seen,
        heap,
        errors = 0,
      } = JSON.parse(line) as { seen?: number; heap?: number; errors?: number };
      expect(errors).toBe(0);
      if (seen !== undefined) {
        expect(seen).toBe((heaps.length + 1) * BATCH);
        heaps.push(heap ?? 0);
      }
      if (heaps.length === BATCHES) break;
      for (let n = 0; n < BATCH; n++)
        bridge.emit("chatMsg", { username: "ann", msg: `line ${n}`, meta: {}, time: 1 });
      await bridge.flush();
    }
  } finally {
    child.kill("SIGKILL");
  }
  // The first batches fill caches and compile; after them nothing may pile up. A leaked event is about 1 KB, so that
  // those of the last five batches would be 50 MB.
  const growth = (heaps.at(-1) ?? 0) - (heaps[2] ?? 0);
  expect(growth).toBeLessThan(8_000_000);
});
