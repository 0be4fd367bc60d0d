import { setTimeout as delay } from "node:timers/promises";
import { describe, readAll, readSome, settled, settledSoon, shape } from "../observe.js";
import { flood, Hand, sse } from "../provider.js";
import { type AnyScenario, type Dialect, stream as streamed } from "./dialect.js";

/** Streams that end early: left, aborted, broken, cut or forgotten. */
export const streamEnds = (dialect: Dialect): readonly AnyScenario[] => [
  {
    name: "breaks out of a stream",
    spans: ["chat cancelled"],
    async run({ client, provider }) {
      const source = flood(dialect.frames.words("more")[0] as string);
      provider.script(source.reply);
      const stream = await streamed(dialect, client);
      const seen: unknown[] = [];
      for await (const part of stream) {
        seen.push(describe(part));
        if (seen.length === 3) break;
      }
      await provider.quiet();
      return { seen, aborted: stream.controller.signal.aborted, stopped: source.written() < 20_000 };
    },
  },
  {
    name: "breaks out at the very first and at the very last chunk",
    spans: ["chat cancelled", "chat cancelled|completed"],
    async run({ client }) {
      const stops: unknown[] = [];
      for (const at of [1, dialect.frames.whole.length - 1]) {
        const stream = await streamed(dialect, client);
        let count = 0;
        for await (const _ of stream) if (++count === at) break;
        stops.push([count, stream.controller.signal.aborted]);
      }
      return stops;
    },
  },
  {
    name: "returns from within a loop over a stream",
    spans: ["chat cancelled"],
    async run({ client, provider }) {
      provider.script(sse(dialect.frames.whole.slice(0, 3), { after: "hang" }));
      const stream = await streamed(dialect, client);
      const find = async () => {
        for await (const part of stream) return describe(part);
        return null;
      };
      return [await find(), stream.controller.signal.aborted];
    },
  },
  {
    name: "throws within a loop over a stream",
    spans: ["chat cancelled"],
    async run({ client, provider }) {
      provider.script(sse(dialect.frames.whole.slice(0, 3), { after: "hang" }));
      const stream = await streamed(dialect, client);
      const loop = async () => {
        for await (const _ of stream) throw new RangeError("the application's own");
      };
      return [await settled(loop()), stream.controller.signal.aborted];
    },
  },
  {
    name: "iterates a stream again after breaking out of it",
    spans: ["chat cancelled"],
    async run({ client }) {
      const stream = await streamed(dialect, client);
      for await (const _ of stream) break;
      return settled(readAll(stream));
    },
  },
  {
    name: "cancels the web stream of a stream",
    spans: ["chat cancelled"],
    async run({ client, provider }) {
      const source = flood(dialect.frames.words("more")[0] as string);
      provider.script(source.reply);
      const stream = await streamed(dialect, client);
      const reader = (stream.toReadableStream() as ReadableStream<Uint8Array>).getReader();
      const first = new TextDecoder().decode((await reader.read()).value);
      await reader.cancel("enough");
      await provider.quiet();
      return [first, stream.controller.signal.aborted, source.written() < 20_000];
    },
  },
  {
    name: "aborts the stream's controller in the middle",
    spans: ["chat aborted"],
    async run({ client, provider }) {
      provider.script(sse(dialect.frames.whole.slice(0, 3), { after: "hang" }));
      const stream = await streamed(dialect, client);
      return [await settled(readAll(stream, (count) => count === 2 && stream.controller.abort()))];
    },
  },
  {
    // Version 4 waits for ever here.
    name: "aborts the stream's controller before reading",
    spans: ["chat aborted|abandoned"],
    drops: true,
    async run({ client, provider }) {
      provider.script(sse(dialect.frames.whole.slice(0, 3), { after: "hang" }));
      const stream = await streamed(dialect, client);
      stream.controller.abort();
      return settledSoon(readAll(stream));
    },
  },
  {
    name: "aborts a stream that it never reads",
    spans: ["chat aborted"],
    drops: true,
    async run({ client, provider }) {
      provider.script(sse(dialect.frames.whole.slice(0, 3), { after: "hang" }));
      const stream = await streamed(dialect, client);
      stream.controller.abort();
      await provider.quiet();
      return stream.controller.signal.aborted;
    },
  },
  {
    name: "aborts by its own signal before the first chunk",
    spans: ["chat aborted"],
    async run({ client, provider }) {
      provider.script(new Hand().reply);
      const controller = new AbortController();
      const stream = await streamed(dialect, client, { signal: controller.signal });
      const outcome = settled(readAll(stream));
      await delay(5);
      controller.abort();
      return [await outcome, stream.controller.signal.aborted];
    },
  },
  {
    name: "aborts by its own signal between two chunks",
    spans: ["chat aborted"],
    async run({ client, provider }) {
      provider.script(sse(dialect.frames.whole.slice(0, 4), { after: "hang" }));
      const controller = new AbortController();
      const stream = await streamed(dialect, client, { signal: controller.signal });
      return [
        await settled(readAll(stream, (count) => count === 2 && controller.abort())),
        stream.controller.signal.aborted,
      ];
    },
  },
  {
    name: "aborts by its own signal after the end",
    spans: ["chat completed"],
    async run({ client }) {
      const controller = new AbortController();
      const stream = await streamed(dialect, client, { signal: controller.signal });
      const chunks = await readAll(stream);
      controller.abort();
      return [chunks.length, await settled(readAll(stream))];
    },
  },
  {
    name: "meets an error event in the middle of a stream",
    spans: ["chat error"],
    async run({ client, provider }) {
      provider.script(
        sse([...dialect.frames.first, ...dialect.frames.words("a"), dialect.frames.failure("mid_stream")]),
      );
      return readSome(await streamed(dialect, client));
    },
  },
  {
    name: "meets an error event at the start of a stream",
    spans: ["chat error"],
    async run({ client, provider }) {
      provider.script(sse([dialect.frames.failure("first_event")]));
      return readSome(await streamed(dialect, client));
    },
  },
  {
    name: "reads a stream that is cut in the middle",
    spans: ["chat error"],
    async run({ client, provider }) {
      provider.script(sse([...dialect.frames.first, ...dialect.frames.words("a", "b")], { after: "cut" }));
      return readSome(await streamed(dialect, client));
    },
  },
  {
    name: "reads a stream with a chunk that is no JSON",
    spans: ["chat error"],
    async run({ client, provider }) {
      provider.script(sse([...dialect.frames.first, dialect.frames.malformed, ...dialect.frames.mark]));
      return readSome(await streamed(dialect, client));
    },
  },
  {
    name: "reads streams that hold nothing",
    spans: ["chat completed", "chat completed"],
    async run({ client, provider }) {
      provider.script(sse([...dialect.frames.mark]), sse([]));
      const empty = await readSome(await streamed(dialect, client));
      return [empty, await readSome(await streamed(dialect, client))];
    },
  },
  {
    name: "reads a stream that ends without the closing mark",
    spans: ["chat completed"],
    async run({ client, provider }) {
      provider.script(sse([...dialect.frames.first, ...dialect.frames.words("a"), ...dialect.frames.end]));
      return readSome(await streamed(dialect, client));
    },
  },
  {
    // Version 7 itself fails on one of these, above the iterator that is watched.
    name: "reads chunks of unexpected shapes",
    spans: ["chat completed|cancelled"],
    async run({ client, provider }) {
      const odd = [
        null,
        7,
        "words",
        [],
        {},
        { choices: null },
        { choices: [null] },
        { choices: [{ index: 0 }] },
      ];
      provider.script(sse([...odd.map(dialect.frames.odd), ...dialect.frames.mark]));
      return readSome(await streamed(dialect, client));
    },
  },
  {
    name: "never reads a stream",
    leavesOpen: true,
    spans: ["chat abandoned"],
    drops: true,
    async run({ client, provider }) {
      const [frame] = dialect.frames.words("x".repeat(4_000));
      provider.script(flood(frame as string).reply);
      const stream = await streamed(dialect, client);
      return shape(stream);
    },
  },
  {
    name: "reads two chunks of a stream and drops it",
    leavesOpen: true,
    spans: ["chat abandoned"],
    drops: true,
    async run({ client, provider }) {
      provider.script(sse(dialect.frames.whole.slice(0, 4), { after: "hang" }));
      const iterator = (await streamed(dialect, client))[Symbol.asyncIterator]();
      return [describe(await iterator.next()), describe(await iterator.next())];
    },
  },
];
