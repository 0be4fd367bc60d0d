import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { collectGarbage } from "../support/garbage.js";
import { Harness, isAlive, rejection, until } from "./harness.js";

const harness = new Harness();

describe("iteration", () => {
  it("starts the command and gives its pieces until the end", async () => {
    // Two streams are two pipes, whose order shows only when each waits for the other.
    const exec = harness.exec("echo 1; read go; echo 2 >&2; read go; echo 3; exit 6");
    const seen: string[] = [];
    for await (const { stream, data } of exec) {
      seen.push(`${stream} ${data}`);
      if (seen.length < 3) await exec.sendStdin("\n");
    }
    expect(seen).toEqual(["stdout 1\n", "stderr 2\n", "stdout 3\n"]);
    expect(exec).toMatchObject({ returncode: 6, stdout: Buffer.from("1\n3\n"), stderr: Buffer.from("2\n") });
  });

  it("closes when it is left early", async () => {
    const exec = harness.exec("while :; do echo x; sleep 0.01; done");
    for await (const _ of exec) break;
    expect(exec.returncode).toBeNull();
    await until(() => harness.server.connections === 0);
  });

  it("throws when the command is lost, after all that came", async () => {
    const exec = harness.exec("echo x", {}, { closeWith: { code: 1011 } });
    let text = "";
    const reading = (async () => {
      for await (const { data } of exec) text += data;
    })();
    expect(await rejection(reading)).toMatchObject({ name: "ConnectionError", closeCode: 1011 });
    expect(text).toBe("x\n");
  });
});

it("gives lines, whole characters included, of either stream", async () => {
  const exec = harness.exec("printf '1 €\\n2 €\\n3'; echo err >&2", {}, { frameBytes: 1 });
  const lines: string[] = [];
  for await (const line of exec.lines()) lines.push(line);
  expect(lines).toEqual(["1 €", "2 €", "3"]);
  expect(exec.stderr.toString()).toBe("err\n");
});

describe("streams", () => {
  it("of Node: input and output through a pipeline", async () => {
    const exec = harness.exec("tr a-z A-Z");
    const output: Buffer[] = [];
    await Promise.all([
      pipeline(Readable.from(["hello ", "world"]), exec.writable()),
      pipeline(exec.readable(), async (source) => {
        for await (const chunk of source) output.push(chunk as Buffer);
      }),
    ]);
    expect(Buffer.concat(output).toString()).toBe("HELLO WORLD");
    expect(exec.returncode).toBe(0);
  });

  it("of the Web: input and output", async () => {
    const exec = harness.exec("rev");
    const writer = exec.writableWeb().getWriter();
    const reading = new Response(exec.readableWeb() as never).text();
    await writer.write("abc\n");
    await writer.close();
    expect(await reading).toBe("cba\n");
  });

  it.each(["node", "web"])("of %s can be left while the command is silent", async (kind) => {
    const exec = harness.exec("sleep 30");
    if (kind === "node") {
      const readable = exec.readable();
      readable.resume();
      await until(() => exec.sessionId !== undefined);
      readable.destroy();
      await new Promise((resolve) => readable.once("close", resolve));
    } else {
      const reader = exec.readableWeb().getReader();
      const reading = reader.read();
      await until(() => exec.sessionId !== undefined);
      await reader.cancel();
      expect((await reading).done).toBe(true);
    }
    await until(() => harness.server.connections === 0);
    process.kill(-Number(exec.sessionId), "SIGKILL");
  });

  it("fail with the loss of the command", async () => {
    const exec = harness.exec("echo x", {}, { closeWith: { code: 1006 } });
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    expect(await rejection(pipeline(exec.readable(), sink))).toMatchObject({ name: "ConnectionError" });
  });
});

const print = (megabytes: number): string[] => ["head", "-c", String(megabytes * 1024 * 1024), "/dev/zero"];

function collected(): NodeJS.MemoryUsage {
  collectGarbage();
  // What the first freed outside of the heap is counted by the second.
  collectGarbage();
  return process.memoryUsage();
}

/**
 * Megabytes by which memory grew at its peak, collected: the heap, and what buffers hold outside of it.
 */
async function growth(
  work: (sample: () => void) => Promise<void>,
): Promise<{ heap: number; outside: number }> {
  const before = collected();
  const peak = { ...before };
  let samples = 0;
  await work(() => {
    if (samples++ % 500 !== 0) return;
    const now = collected();
    peak.heapUsed = Math.max(peak.heapUsed, now.heapUsed);
    peak.external = Math.max(peak.external, now.external);
  });
  const megabytes = (bytes: number): number => bytes / 1024 / 1024;
  return {
    heap: megabytes(peak.heapUsed - before.heapUsed),
    outside: megabytes(peak.external - before.external),
  };
}

// Generous: both ends run in this process.
describe("a command that prints 160 MB", () => {
  it("is not kept in memory when it is streamed", async () => {
    let total = 0;
    const grown = await growth(async (sample) => {
      const exec = harness.exec(print(160));
      for await (const { data } of exec) {
        total += data.length;
        sample();
      }
      expect(exec.stdout.length).toBeLessThanOrEqual(1024 * 1024);
    });
    expect(total).toBe(160 * 1024 * 1024);
    expect(grown.heap).toBeLessThan(64);
    expect(grown.outside).toBeLessThan(112);
  });

  it("is not kept in memory when it is run without collecting", async () => {
    let total = 0;
    const grown = await growth(async (sample) => {
      const exec = harness.exec(print(160), { collect: false });
      exec.onStdout = (data) => {
        total += data.length;
        sample();
      };
      await exec.run();
      expect(exec.returncode).toBe(0);
    });
    expect(total).toBe(160 * 1024 * 1024);
    expect(grown.heap).toBeLessThan(64);
    expect(grown.outside).toBeLessThan(112);
  });

  it("waits for a slow reader instead of filling memory", async () => {
    const sprite = harness.sprite();
    const exec = sprite.exec(print(160));
    const iterator = exec[Symbol.asyncIterator]();
    await iterator.next();
    // Nobody reads: the process must still be there, stuck in its pipe, however long we wait.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(exec.stdout.length).toBeLessThan(3 * 1024 * 1024);
    expect(isAlive(exec.sessionId)).toBe(true);
    expect(exec.returncode).toBeNull();
    let rest = 0;
    for await (const { data } of { [Symbol.asyncIterator]: () => iterator }) rest += data.length;
    expect(rest).toBeGreaterThan(159 * 1024 * 1024);
    expect(exec.returncode).toBe(0);
  });

  it("ends for one who read its beginning and then waits for the end, and can still be read", async () => {
    const exec = harness.exec(print(8), { collect: false });
    await exec.start();
    const beginning = await exec.readStdout();
    expect(await exec.wait()).toBe(true);
    expect(beginning.length + (await exec.readStdout()).length).toBe(8 * 1024 * 1024);
  });

  it("does not hold up the reading of the other stream", async () => {
    const exec = harness.exec("head -c 50000000 /dev/zero >&2; echo done");
    const lines: string[] = [];
    for await (const line of exec.lines("stdout")) lines.push(line);
    expect(lines).toEqual(["done"]);
  });
});
