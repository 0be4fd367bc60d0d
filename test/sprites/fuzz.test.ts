import { text } from "node:stream/consumers";
import { type SpriteExec, SpritesClient } from "@kit/sprites";
import { afterAll, beforeAll, expect, it } from "vitest";
import { binary, frame, json, RawServer } from "../support/raw-websocket-server.js";
import { seeded } from "../support/seeded.js";

let server: RawServer;

beforeAll(async () => {
  server = await RawServer.start();
});
afterAll(() => server.close());

/** Answers the next connection with these bytes behind the 101, cut at these places. */
function send(bytes: Buffer, cuts: readonly number[]): void {
  server.script = async (socket, accept) => {
    const all = Buffer.concat([accept, bytes]);
    let start = 0;
    for (const cut of [...cuts.map((at) => at + accept.length), all.length]) {
      socket.write(all.subarray(start, cut));
      start = cut;
      await new Promise(setImmediate);
    }
  };
}

const SAYING = Buffer.from("Grüße, 世界! €uro\n".repeat(40));

/** The same output in frames cut at random, with noise between them. */
function randomFrames(random: () => number): Buffer {
  const frames: Buffer[] = [json({ type: "session_info", session_id: "7", tty: false })];
  const left = { 1: SAYING, 2: SAYING };
  while (left[1].length + left[2].length > 0) {
    const id = random() < 0.5 ? 1 : 2;
    const size = Math.floor(random() * 60);
    frames.push(binary(id, left[id].subarray(0, size)));
    left[id] = left[id].subarray(size);
    if (random() < 0.05) frames.push(frame(9, Buffer.from("ping")));
    if (random() < 0.05) frames.push(binary(7, SAYING));
    if (random() < 0.05) frames.push(frame(1, Buffer.from("{nonsense")));
    if (random() < 0.05) frames.push(frame(2, Buffer.alloc(0)));
  }
  frames.push(json({ type: "exit", exit_code: 5 }), binary(3, 5));
  return Buffer.concat(frames);
}

interface Decoded {
  stdout: string;
  stderr: string;
}

/** Every way to read, some of them slowly; all must see the same. */
const WAYS: readonly ((exec: SpriteExec, random: () => number) => Promise<Decoded>)[] = [
  async (exec) => {
    await exec.run();
    return { stdout: exec.stdout.toString(), stderr: exec.stderr.toString() };
  },
  async (exec, random) => {
    const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder(), output: new TextDecoder() };
    const decoded = { stdout: "", stderr: "", output: "" };
    for await (const { stream, data } of exec) {
      decoded[stream] += decoders[stream].decode(data, { stream: true });
      if (random() < 0.05) await new Promise(setImmediate);
    }
    return { stdout: decoded.stdout, stderr: decoded.stderr };
  },
  async (exec) => {
    await exec.start();
    const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    while (exec.returncode === null) {
      parts.stdout.push(await exec.readStdout({ timeout: 1 }));
      parts.stderr.push(await exec.readStderr({ timeout: 0 }));
    }
    parts.stdout.push(await exec.readStdout());
    parts.stderr.push(await exec.readStderr());
    return { stdout: Buffer.concat(parts.stdout).toString(), stderr: Buffer.concat(parts.stderr).toString() };
  },
  async (exec) => {
    const [stdout, stderr] = await Promise.all([
      text(exec.readable("stdout")),
      text(exec.readable("stderr")),
    ]);
    return { stdout, stderr };
  },
  async (exec) => {
    const read = async (stream: "stdout" | "stderr"): Promise<string> => {
      let all = "";
      for await (const line of exec.lines(stream)) all += `${line}\n`;
      return all;
    };
    const [stdout, stderr] = await Promise.all([read("stdout"), read("stderr")]);
    return { stdout, stderr };
  },
];

it.each(Array.from({ length: 60 }, (_, i) => i + 1))(
  "any cut of the bytes gives the same output (seed %i)",
  async (seed) => {
    const random = seeded(seed);
    const bytes = randomFrames(random);
    const cuts = Array.from({ length: 1 + Math.floor(random() * 40) }, () =>
      Math.floor(random() * bytes.length),
    );
    send(bytes, seed === 1 ? Array.from(bytes.keys()) : cuts.sort((a, b) => a - b));
    const exec = new SpritesClient({ endpoint: server.endpoint, token: "t" }).attach("box").exec("x");
    const decoded = await WAYS[seed % WAYS.length]!(exec, random);
    expect(exec.returncode).toBe(5);
    expect(decoded).toEqual({ stdout: SAYING.toString(), stderr: SAYING.toString() });
  },
);
