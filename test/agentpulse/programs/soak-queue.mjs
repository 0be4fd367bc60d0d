// Brings the events 0..count-1 to a server that often fails: producer and queue alone on this event loop.

import { DeliveryQueue, HttpPoster } from "@kit/delivery";
import { watchLoop } from "./loop-watch.mjs";

const [url, key, count, compression] = process.argv.slice(2);
const TOTAL = Number(count);
const QUEUE = TOTAL / 10;
const MiB = 1024 * 1024;

const poster = new HttpPoster({
  url: `${url}/v1/ingest`,
  headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
  compression,
});
const transport = {
  async send(events, signal) {
    try {
      const { status, text, retryAfterMs } = await poster.post(JSON.stringify({ events }), signal);
      if (status < 300) return { kind: "delivered" };
      const error = new Error(`HTTP ${status} ${text}`);
      if (status === 413) return { kind: "oversize", error };
      if (status === 400) return { kind: "poisoned", error };
      return { kind: "retry", error, afterMs: retryAfterMs };
    } catch (error) {
      return { kind: "retry", error };
    }
  },
};
const queue = new DeliveryQueue({
  name: "soak",
  transport,
  maxQueueSize: QUEUE,
  maxBatchBytes: 250_000,
  sizeOf: (event) => JSON.stringify(event).length,
  retry: { attempts: 3, initialDelayMs: 100 },
});

const makeEvent = (n) => {
  const data = { n, model: "gpt-4o", summary: `event ${n}`, text: "x".repeat(n % 400) };
  return { kind: "fact", ts: Date.now() / 1000, session: `s${n % 50}`, data };
};

const fates = { delivered: 0, dropped: 0 };
const settled = new Uint8Array(TOTAL);
function settle(n, delivered) {
  if (settled[n]++ > 0) throw new Error(`the fate of event ${n} was told twice`);
  fates[delivered ? "delivered" : "dropped"]++;
}

const heaps = [];
function measureHeap() {
  globalThis.gc();
  heaps.push(Math.round(process.memoryUsage().heapUsed / MiB));
}
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const loop = await watchLoop();
for (let n = 0; n < TOTAL; ) {
  // One burst in the middle is larger than the queue, so that it overflows; the rest keeps within it.
  const isBurst = n >= TOTAL / 2 && n < TOTAL / 2 + QUEUE * 1.2;
  for (let i = 0; i < 200 && n < TOTAL; i++, n++) {
    const own = n;
    queue.add(makeEvent(n), (delivered) => settle(own, delivered));
  }
  await new Promise(setImmediate);
  while (!isBurst && queue.pending > QUEUE * 0.9) await pause(100);
  if (n % (TOTAL / 10) === 0) await loop.aside(measureHeap);
}
await queue.flush(600_000);
const turns = await loop.stop();
if (queue.droppedCount !== fates.dropped) throw new Error(`${queue.droppedCount} drops were counted`);
console.log(JSON.stringify({ ...fates, heaps, ...turns }));
await queue.shutdown();
