import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { describe, readAll, settled, shape } from "../observe.js";
import { flood, Hand } from "../provider.js";
import {
  type AnyApp,
  type AnyScenario,
  type ApiStream,
  type Dialect,
  stream as streamed,
} from "./dialect.js";

/** Streamed calls, and every way of reading them. */
export const streams = (dialect: Dialect): readonly AnyScenario[] => [
  {
    name: "reads a stream to its end",
    spans: ["chat completed"],
    run: async ({ client }) => readAll(await streamed(dialect, client)),
  },
  {
    name: "looks at the stream before, while and after reading it",
    spans: ["chat completed"],
    async run({ client }) {
      const promise = streamed(dialect, client);
      const looks: unknown[] = [shape(promise)];
      const stream = await promise;
      const look = () => ({
        shape: shape(stream),
        controller: stream.controller instanceof AbortController,
        aborted: stream.controller.signal.aborted,
        methods: ["tee", "toReadableStream", Symbol.asyncIterator].map((name) => {
          const method = stream[name as "tee"];
          return [String(name), typeof method, method.name, method.length, Object.hasOwn(stream, name)];
        }),
      });
      looks.push((await promise) === stream, look());
      for await (const _ of stream) looks.length === 3 && looks.push(look());
      looks.push(look());
      return looks;
    },
  },
  {
    name: "takes stream and response together",
    spans: ["chat completed"],
    async run({ client }) {
      const { data: stream, response } = await streamed(dialect, client).withResponse();
      return {
        shape: shape(stream),
        status: response.status,
        used: response.bodyUsed,
        chunks: await readAll(stream),
      };
    },
  },
  {
    name: "takes the raw response of a streamed call and reads its bytes",
    spans: ["chat raw"],
    async run({ client }) {
      const response = await streamed(dialect, client).asResponse();
      return { before: describe(response), bytes: await response.text() };
    },
  },
  {
    name: "iterates a stream twice",
    spans: ["chat completed"],
    async run({ client }) {
      const stream = await streamed(dialect, client);
      const first = await readAll(stream);
      return [first.length, await settled(readAll(stream)), await settled(readAll(stream))];
    },
  },
  {
    name: "iterates a stream while another loop is still reading it",
    spans: ["chat completed"],
    async run({ client }) {
      const stream = await streamed(dialect, client);
      const iterator = stream[Symbol.asyncIterator]();
      const first = describe(await iterator.next());
      const second = await settled(readAll(stream));
      return [first, second, await readAll({ [Symbol.asyncIterator]: () => iterator })];
    },
  },
  {
    name: "drives the iterator by hand",
    spans: ["chat completed"],
    async run({ client }) {
      const iterator = (await streamed(dialect, client))[Symbol.asyncIterator]();
      const itself = (iterator as AsyncGenerator)[Symbol.asyncIterator]() === iterator;
      const steps: unknown[] = [itself, methodsOf(iterator), Object.prototype.toString.call(iterator)];
      for (let step = 0; step < dialect.frames.whole.length + 2; step += 1)
        steps.push(describe(await iterator.next()));
      steps.push(describe(await iterator.return?.("late")));
      return steps;
    },
  },
  {
    name: "returns a value through the iterator",
    spans: ["chat cancelled"],
    async run({ client }) {
      const stream = await streamed(dialect, client);
      const iterator = stream[Symbol.asyncIterator]();
      await iterator.next();
      const steps = [describe(await iterator.return?.("mine")), describe(await iterator.next())];
      return [...steps, stream.controller.signal.aborted];
    },
  },
  {
    // Version 7 lays a generator of its own over the iterator: one that never began closes nothing beneath it.
    name: "returns through an iterator that never began",
    spans: ["chat cancelled|abandoned"],
    drops: true,
    async run({ client }) {
      const stream = await streamed(dialect, client);
      const iterator = stream[Symbol.asyncIterator]();
      return [
        describe(await iterator.return?.()),
        describe(await iterator.next()),
        stream.controller.signal.aborted,
      ];
    },
  },
  {
    name: "throws through the iterator",
    spans: ["chat cancelled|error"],
    async run({ client }) {
      const stream = await streamed(dialect, client);
      const iterator = stream[Symbol.asyncIterator]();
      await iterator.next();
      const thrown = await settled(iterator.throw?.(new RangeError("mine")) ?? Promise.resolve());
      return [thrown, describe(await iterator.next()), stream.controller.signal.aborted];
    },
  },
  {
    name: "asks for several chunks before the first has come",
    spans: ["chat completed"],
    async run({ client }) {
      const iterator = (await streamed(dialect, client))[Symbol.asyncIterator]();
      const asked = Array.from({ length: dialect.frames.whole.length + 1 }, () => iterator.next());
      return describe(await Promise.all(asked));
    },
  },
  {
    name: "reads both branches of a tee",
    spans: ["chat completed"],
    async run({ client }) {
      const stream = await streamed(dialect, client);
      const branches = stream.tee();
      const shapes = branches.map((branch) => [shape(branch), branch.controller === stream.controller]);
      const [left, right] = await Promise.all(branches.map((branch) => readAll(branch)));
      return { shapes, left, right, again: await settled(readAll(branches[0])) };
    },
  },
  {
    name: "reads one branch of a tee only",
    spans: ["chat completed"],
    async run({ client }) {
      const [left] = (await streamed(dialect, client)).tee();
      return readAll(left);
    },
  },
  {
    name: "breaks out of one branch of a tee and reads the other",
    spans: ["chat completed"],
    async run({ client }) {
      const [left, right] = (await streamed(dialect, client)).tee();
      for await (const _ of left) break;
      return [await readAll(right), right.controller.signal.aborted];
    },
  },
  {
    name: "breaks out of both branches of a tee",
    spans: ["chat abandoned|cancelled|aborted|completed"],
    drops: true,
    async run({ client, provider }) {
      const source = flood(dialect.frames.words("more")[0] as string, 200);
      provider.script(source.reply);
      const stream = await streamed(dialect, client);
      for (const branch of stream.tee()) for await (const _ of branch) break;
      const aborted = stream.controller.signal.aborted;
      stream.controller.abort();
      return aborted;
    },
  },
  {
    name: "reads a stream as a web stream",
    spans: ["chat completed"],
    async run({ client }) {
      const readable = (await streamed(dialect, client)).toReadableStream();
      return { shape: shape(readable), text: await new Response(readable as never).text() };
    },
  },
  {
    name: "makes a stream out of the web stream of another",
    spans: ["chat completed"],
    async run({ client }) {
      const stream = await streamed(dialect, client);
      const kind = stream.constructor as unknown as {
        fromReadableStream(source: unknown, controller: AbortController): ApiStream;
      };
      const copy = kind.fromReadableStream(stream.toReadableStream(), stream.controller);
      return [shape(copy), await readAll(copy)];
    },
  },
  {
    name: "finds each chunk its own to change",
    spans: ["chat completed"],
    async run({ client }) {
      const seen: unknown[] = [];
      for await (const part of await streamed(dialect, client)) {
        seen.push([Object.isFrozen(part), shape(part)]);
        (part as { choices: unknown }).choices = "overwritten by the application";
        Object.freeze(part);
      }
      return seen;
    },
  },
  {
    name: "stalls, and the provider is held back",
    spans: ["chat cancelled"],
    async run({ client, provider }) {
      const [frame] = dialect.frames.words("x".repeat(16_000));
      const source = flood(frame as string);
      provider.script(source.reply);
      const iterator = (await streamed(dialect, client))[Symbol.asyncIterator]();
      await iterator.next();
      const stalled = await source.stalled();
      await iterator.return?.();
      return stalled;
    },
  },
  {
    name: "pulls exactly as many pieces of the body as it reads",
    spans: ["chat cancelled"],
    async run(app) {
      const { client, pulls } = withCountedBody(dialect, app);
      const stream = await streamed(dialect, client);
      const iterator = stream[Symbol.asyncIterator]();
      const counts = [pulls()];
      for (let read = 0; read < 4; read += 1) {
        await iterator.next();
        await delay(1);
        counts.push(pulls());
      }
      await iterator.return?.();
      return counts;
    },
  },
  {
    name: "gets chunks in order while it is slow",
    spans: ["chat completed"],
    async run({ client }) {
      const seen: unknown[] = [];
      for await (const part of await streamed(dialect, client)) {
        await delay(1);
        seen.push(dialect.textOf(part));
      }
      return seen;
    },
  },
  {
    name: "gets each chunk when it comes, not later",
    needs: (app) => !holdsBack(app),
    spans: ["chat completed"],
    async run({ client, provider }) {
      const hand = new Hand();
      provider.script(hand.reply);
      const iterator = (await streamed(dialect, client))[Symbol.asyncIterator]();
      const seen: unknown[] = [];
      for (const frame of [
        ...dialect.frames.first,
        ...dialect.frames.words("one", "two"),
        ...dialect.frames.end,
      ]) {
        await hand.send(frame);
        seen.push(describe(await iterator.next()));
      }
      for (const frame of dialect.frames.mark) await hand.send(frame);
      await hand.end();
      seen.push(describe(await iterator.next()));
      return seen;
    },
  },
  {
    name: "reads a long stream",
    spans: ["chat completed"],
    async run({ client, provider }) {
      const frames = dialect.frames.words(...Array.from({ length: 1_000 }, (_, at) => `${at} `));
      provider.script(
        (response) =>
          void response
            .writeHead(200, { "content-type": "text/event-stream" })
            .end([...frames, ...dialect.frames.end, ...dialect.frames.mark].join("")),
      );
      let joined = "";
      for await (const part of await streamed(dialect, client)) joined += String(dialect.textOf(part) ?? "");
      return joined;
    },
  },
  {
    name: "reads two streams in turns",
    spans: ["chat completed", "chat completed"],
    async run({ client }) {
      const open = await Promise.all([1, 2].map(() => streamed(dialect, client)));
      const iterators = open.map((stream) => stream[Symbol.asyncIterator]());
      const seen: unknown[] = [];
      for (let step = 0; step < dialect.frames.whole.length; step += 1) {
        for (const iterator of iterators) seen.push(describe(await iterator.next()));
      }
      return seen;
    },
  },
  {
    name: "finds its own context and no span in a loop over a stream",
    spans: ["chat completed"],
    async run({ client, insideSpan }) {
      const storage = new AsyncLocalStorage<string>();
      return storage.run("mine", async () => {
        const seen: unknown[] = [];
        for await (const _ of await streamed(dialect, client)) {
          seen.push([storage.getStore(), insideSpan()]);
        }
        return [...seen, storage.getStore(), insideSpan()];
      });
    },
  },
];

function methodsOf(iterator: object): unknown {
  return ["next", "return", "throw"].map((name) => [
    name,
    typeof (iterator as Record<string, unknown>)[name],
  ]);
}

// Anthropic 0.30 hands an event on only when the next one has come.
function holdsBack({ sdk, version }: AnyApp): boolean {
  return "Anthropic" in sdk && version[0] === 0 && (version[1] ?? 0) < 100;
}

/** A client whose `fetch` answers from a body that counts how often it was asked for a piece. */
function withCountedBody(dialect: Dialect, { make }: AnyApp) {
  let pulls = 0;
  const frames = dialect.frames.words(..."abcdefghijklmnopqrstuvwxyz");
  const body = () =>
    new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(frames[pulls % frames.length]));
          pulls += 1;
        },
      },
      { highWaterMark: 0 },
    );
  const answer = async () => new Response(body(), { headers: { "content-type": "text/event-stream" } });
  return { client: make({ fetch: answer }), pulls: () => pulls };
}
