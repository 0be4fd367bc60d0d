// Throughput of a command's stdout through @kit/sprites against bare `ws`, on loopback, interleaved in one run.
// node bench/sprites.mjs [megabytes] [rounds]
import { once } from "node:events";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { SpritesClient } from "@kit/sprites";
import WebSocket, { WebSocketServer } from "ws";

const MEGABYTES = Number(process.argv[2] ?? 256);
const ROUNDS = Number(process.argv[3] ?? 5);
const FRAME = Buffer.alloc(32 * 1024 + 1, "x").fill(1, 0, 1);
const FRAMES = (MEGABYTES * 1024) / 32;

/** Prints for every connection, as fast as the client takes it, then tells the exit. */
function serve() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  server.on("connection", (socket) => {
    let left = FRAMES;
    socket.on("error", () => undefined);
    socket.send(JSON.stringify({ type: "session_info", session_id: "1", tty: false }));
    const more = () => {
      while (left > 0 && socket.bufferedAmount < 4 * 1024 * 1024) {
        left -= 1;
        socket.send(FRAME, left === 0 ? () => socket.send(Buffer.of(3, 0)) : undefined);
      }
      if (left > 0 && socket.readyState === WebSocket.OPEN) setImmediate(more);
    };
    more();
  });
  server.on("listening", () => parentPort.postMessage(server.address().port));
}

/** Every frame to `take`, payload only. */
async function bare(port, take) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
  socket.on("message", (data, isBinary) => {
    if (!isBinary) return;
    if (data[0] === 3) socket.terminate();
    else take(data.subarray(1));
  });
  await once(socket, "close");
}

async function bareCounted(port) {
  let bytes = 0;
  await bare(port, (data) => {
    bytes += data.length;
  });
  return bytes;
}

async function bareKept(port) {
  const kept = [];
  await bare(port, (data) => kept.push(data));
  return Buffer.concat(kept).length;
}

const exec = (port) =>
  new SpritesClient({ endpoint: `http://127.0.0.1:${port}`, token: "t" }).attach("box").exec("x");

async function iterated(port) {
  let bytes = 0;
  for await (const { data } of exec(port)) bytes += data.length;
  return bytes;
}

async function streamed(port) {
  let bytes = 0;
  for await (const data of exec(port).readable()) bytes += data.length;
  return bytes;
}

async function called(port) {
  let bytes = 0;
  const command = exec(port);
  command.onStdout = (data) => {
    bytes += data.length;
  };
  for await (const _ of command);
  return bytes;
}

const collected = async (port) => (await exec(port).run()).stdout.length;

async function measure() {
  const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
  const [port] = await once(worker, "message");
  const variants = {
    "bare ws": bareCounted,
    "for await": iterated,
    "readable()": streamed,
    "onStdout + for await": called,
    "bare ws, all kept": bareKept,
    "run(), all kept": collected,
  };
  const rates = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(variants)) {
      const began = performance.now();
      const bytes = await run(port);
      if (bytes !== MEGABYTES * 1024 * 1024) throw new Error(`${name} got ${bytes} bytes`);
      // The first round warms up.
      if (round >= 0) rates[name].push(MEGABYTES / ((performance.now() - began) / 1000));
    }
  }
  await worker.terminate();
  const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
  const base = median(rates["bare ws"]);
  console.log(`stdout of ${MEGABYTES} MB in frames of 32 KiB, median of ${ROUNDS}, Node ${process.version}`);
  for (const [name, list] of Object.entries(rates)) {
    const rate = median(list);
    console.log(`${name.padEnd(22)} ${rate.toFixed(0).padStart(6)} MB/s  ${(rate / base).toFixed(2)} x`);
  }
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(`peak resident memory ${peak.toFixed(0)} MB`);
}

if (isMainThread) await measure();
else serve();
