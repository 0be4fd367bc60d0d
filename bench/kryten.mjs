// What @kit/kryten costs beside bare `nats`, against a real nats-server on loopback, interleaved in one run:
// sending a command, handling a flood of events, and 10,000 events a second for a while with the heap watched.
// node --expose-gc bench/kryten.mjs [seconds of the steady load] [rounds]
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { KrytenClient } from "@kit/kryten";
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { connect } from "nats";

const SECONDS = Number(process.argv[2] ?? 10);
const ROUNDS = Number(process.argv[3] ?? 5);
const COMMANDS = 5000;
const IN_FLIGHT = 50;
const EVENTS = 50_000;
const RATE = 10_000;
const SUBJECT = "kryten.events.cytube.lounge.chatmsg";
const EVENT = JSON.stringify({
  event_name: "chatMsg",
  payload: { username: "ann", msg: "a line of chat as people write it", meta: {}, time: 1754000000123 },
  channel: "lounge",
  domain: "cytu.be",
  timestamp: "2026-03-01T12:30:45.678901+00:00",
  correlation_id: "6a0c0b1e-53d8-4f0e-9f3c-0a8d6b1f2c11",
});

/** Publishes as many events as it is asked for, all at once or so many a second. */
async function publisher() {
  const connection = await connect({ servers: workerData });
  const body = new TextEncoder().encode(EVENT);
  parentPort.on("message", async ({ count, rate }) => {
    const started = performance.now();
    for (let sent = 0; sent < count; ) {
      const due = rate ? Math.min(count, ((performance.now() - started) / 1000) * rate) : sent + 500;
      for (; sent < due && sent < count; sent++) connection.publish(SUBJECT, body);
      await (rate ? new Promise((resolve) => setTimeout(resolve, 2)) : connection.flush());
    }
    await connection.flush();
    parentPort.postMessage("done");
  });
  parentPort.postMessage("ready");
}

const provider = new NodeTracerProvider({
  spanProcessors: [
    new BatchSpanProcessor(
      { export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} },
      {
        maxQueueSize: 100_000,
        scheduledDelayMillis: 200,
      },
    ),
  ],
});

/** Each opens a connection, and says how to send one command and how to hear events. */
const VARIANTS = {
  bare: async (servers) => {
    const connection = await connect({ servers });
    const body = JSON.stringify({
      service: "robot",
      command: "pause",
      args: {},
      meta: { request_id: "x".repeat(36) },
    });
    return {
      send: async () => {
        connection.publish("kryten.robot.command", body);
        await connection.flush();
      },
      hear: (take) =>
        connection.subscribe(SUBJECT, { callback: (_error, message) => take(message.json().payload) }),
      close: () => connection.close(),
    };
  },
  "kryten, no SDK": (servers) => kryten(servers, {}),
  "kryten, traced": async (servers) => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const { close, ...rest } = await kryten(servers, { tracerProvider: provider });
    return { ...rest, close: () => close().finally(() => context.disable()) };
  },
};

async function kryten(servers, options) {
  const channels = [{ domain: "cytu.be", channel: "lounge" }];
  const client = await KrytenClient.open(
    { nats: { servers: [servers] }, channels, log_level: "ERROR" },
    options,
  );
  return {
    send: () => client.pause("lounge"),
    hear: (take) => client.on("chatmsg", (event) => take(event)),
    close: () => client.disconnect(),
  };
}

/** Microseconds a command, with several under way. */
async function timeCommands({ send }) {
  const cpu = process.cpuUsage();
  const started = performance.now();
  let left = COMMANDS;
  const lane = async () => {
    while (left-- > 0) await send();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  const { user, system } = process.cpuUsage(cpu);
  return { wall: ((performance.now() - started) / COMMANDS) * 1000, cpu: (user + system) / COMMANDS };
}

/** Microseconds of this process an event, from the first to the last of a flood. */
async function timeEvents({ hear }, worker) {
  const { promise, resolve } = withResolvers();
  let seen = 0;
  hear(() => {
    if (++seen === EVENTS) resolve();
  });
  await new Promise((done) => setTimeout(done, 50));
  const started = performance.now();
  worker.postMessage({ count: EVENTS });
  await promise;
  return { wall: ((performance.now() - started) / EVENTS) * 1000 };
}

async function steady(servers, worker) {
  const { hear, close } = await VARIANTS["kryten, traced"](servers);
  let seen = 0;
  hear(async () => {
    await null;
    seen++;
  });
  await new Promise((done) => setTimeout(done, 50));
  const heaps = [];
  const watch = setInterval(() => {
    globalThis.gc?.();
    heaps.push((process.memoryUsage().heapUsed / 1048576).toFixed(1));
  }, 1000);
  const cpu = process.cpuUsage();
  const started = performance.now();
  worker.postMessage({ count: RATE * SECONDS, rate: RATE });
  while (seen < RATE * SECONDS && performance.now() - started < SECONDS * 3000) {
    await new Promise((done) => setTimeout(done, 10));
  }
  const took = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(watch);
  await close();
  console.log(`steady, traced: ${seen} of ${RATE * SECONDS} events handled in ${took.toFixed(1)} s`);
  console.log(
    `  ${Math.round(seen / took)} events/s, ${((user + system) / took / 10_000).toFixed(0)} % of a core in both threads`,
  );
  console.log(
    `  heap after collection, MB each second: ${heaps.join(" ")}${globalThis.gc ? "" : " (run with --expose-gc)"}`,
  );
}

function withResolvers() {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function main() {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => probe.once("listening", done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  const path = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;
  const binary = process.env.NATS_SERVER_BIN ?? "nats-server";
  const server = spawn(binary, ["-a", "127.0.0.1", "-p", `${port}`], {
    env: { PATH: path },
    stdio: "ignore",
  });
  server.once("error", () => console.error("nats-server is needed: NATS_SERVER_BIN or on the PATH"));
  const servers = `nats://127.0.0.1:${port}`;
  try {
    for (let tries = 0; ; tries++) {
      const connection = await connect({ servers, reconnect: false }).catch(() => undefined);
      if (connection) {
        await connection.close();
        break;
      }
      if (tries === 100) throw new Error("nats-server did not answer");
      await new Promise((done) => setTimeout(done, 50));
    }
    const worker = new Worker(new URL(import.meta.url), { workerData: servers });
    await new Promise((done) => worker.once("message", done));
    const results = {};
    for (let round = -1; round < ROUNDS; round++) {
      for (const [name, open] of Object.entries(VARIANTS)) {
        const opened = await open(servers);
        const command = await timeCommands(opened);
        const event = await timeEvents(opened, worker);
        await opened.close();
        // The first round warms up.
        if (round < 0) continue;
        results[name] ??= [];
        results[name].push({ send: command.wall, sendCpu: command.cpu, event: event.wall });
      }
    }
    console.log(`median of ${ROUNDS} rounds, µs each   command   of it CPU   event   events/s`);
    for (const [name, rounds] of Object.entries(results)) {
      const [send, cpu, event] = ["send", "sendCpu", "event"].map((key) =>
        median(rounds.map((each) => each[key])),
      );
      const cells = [send.toFixed(1).padStart(9), cpu.toFixed(1).padStart(11), event.toFixed(1).padStart(7)];
      console.log(`${name.padEnd(32)} ${cells.join(" ")} ${String(Math.round(1e6 / event)).padStart(10)}`);
    }
    await steady(servers, worker);
    await worker.terminate();
  } finally {
    server.kill();
    await provider.shutdown();
  }
}

await (isMainThread ? main() : publisher());
