import { describe, settled, shape } from "../observe.js";
import { json } from "../provider.js";
import {
  type AnyScenario,
  type ApiPromise,
  type ApiStream,
  type Client,
  create,
  type Dialect,
  type Resource,
} from "./dialect.js";

const ONE = ["chat completed"];

/** Clients made, copied, subclassed, patched and called in unusual ways. */
export const clients = (dialect: Dialect): readonly AnyScenario[] => [
  {
    name: "calls through a subclass that overrides request preparation",
    spans: ONE,
    async run(app) {
      const Base = app.sdk[dialect.clientClass] as new (options: object) => Client;
      let prepared = 0;
      class Mine extends Base {
        async prepareOptions(): Promise<void> {
          prepared += 1;
        }
        mine() {
          return "mine";
        }
      }
      const client = new Mine({ ...dialect.clientOptions(app.provider.origin), maxRetries: 0 });
      const value = await create(dialect, client);
      return [client.mine(), client instanceof Base, shape(client), describe(value), prepared];
    },
  },
  {
    name: "calls through a subclass of the resource that overrides create and calls super",
    spans: ONE,
    async run({ client }) {
      const Base = dialect.resource(client).constructor as new (client: unknown) => Resource;
      class Mine extends Base {
        override create(params: unknown, options?: unknown) {
          return super.create(params, options);
        }
      }
      const mine = new Mine(client);
      return [describe(await mine.create(dialect.params())), shape(mine)];
    },
  },
  {
    name: "calls through a copy of the client with other options",
    needs: ({ client }) => typeof client.withOptions === "function",
    spans: ["chat completed", "chat error"],
    async run({ client, provider }) {
      const copy = client.withOptions({ defaultHeaders: { "x-copy": "1" } });
      provider.script(json(dialect.answer()), json(dialect.failure("copy"), 400));
      const value = describe(await create(dialect, copy));
      return [value, await settled(create(dialect, copy)), copy.constructor === client.constructor];
    },
  },
  {
    name: "brings its own fetch",
    spans: ONE,
    async run({ make }) {
      const calls: unknown[] = [];
      const answer = async (url: unknown, init: RequestInit) => {
        calls.push([
          typeof url,
          Object.keys(init).sort(),
          typeof init.body === "string" ? init.body : typeof init.body,
        ]);
        return new Response(JSON.stringify(dialect.answer()), {
          headers: { "content-type": "application/json" },
        });
      };
      return [describe(await create(dialect, make({ fetch: answer }))), calls];
    },
  },
  {
    name: "brings a fetch that rejects and one that throws",
    spans: ["chat error", "chat error"],
    async run({ make }) {
      const rejecting = make({ fetch: () => Promise.reject(new RangeError("mine")) });
      const throwing = make({
        fetch() {
          throw new RangeError("mine");
        },
      });
      return [await settled(create(dialect, rejecting)), await settled(create(dialect, throwing))];
    },
  },
  {
    name: "detaches the method and calls it on the resource",
    spans: [...ONE, ...ONE],
    async run({ client }) {
      const { create } = dialect.resource(client);
      const called = describe(await create.call(dialect.resource(client), dialect.params()));
      const bound = create.bind(dialect.resource(client)) as typeof create;
      return [called, describe(await bound(dialect.params()))];
    },
  },
  {
    name: "calls the method without its resource",
    spans: "untold",
    async run({ client }) {
      const { create } = dialect.resource(client);
      try {
        return describe(await (create as (params: unknown) => Promise<unknown>)(dialect.params()));
      } catch (error) {
        return [(error as Error).name, (error as Error).message];
      }
    },
  },
  {
    name: "replaces create on one client",
    spans: ONE,
    async run({ client, make }) {
      const resource = dialect.resource(client);
      const original = resource.create;
      const calls: unknown[] = [];
      resource.create = function (this: Resource, ...args) {
        calls.push(describe(args));
        return Reflect.apply(original, this, args);
      };
      const value = describe(await resource.create(dialect.params()));
      return [value, calls, Object.hasOwn(dialect.resource(make()), "create")];
    },
  },
  {
    name: "replaces create on the prototype and puts it back",
    spans: [...ONE, ...ONE],
    async run({ client }) {
      const prototype = Object.getPrototypeOf(dialect.resource(client)) as Resource;
      const original = prototype.create;
      let calls = 0;
      prototype.create = function (this: Resource, ...args) {
        calls += 1;
        return Reflect.apply(original, this, args);
      };
      const replaced = describe(await create(dialect, client));
      prototype.create = original;
      const restored = describe(await create(dialect, client));
      return [replaced, restored, calls, prototype.create === original];
    },
  },
  {
    name: "replaces post on one client",
    spans: ONE,
    async run({ client }) {
      const original = client.post;
      const paths: string[] = [];
      client.post = function (this: Client, ...args) {
        paths.push(args[0]);
        return Reflect.apply(original, this, args);
      };
      return [describe(await create(dialect, client)), paths];
    },
  },
  {
    name: "replaces a method of the promise's class for a while",
    spans: ONE,
    async run({ client }) {
      const promise = create(dialect, client);
      const prototype = Object.getPrototypeOf(promise) as { parse: () => Promise<unknown> };
      const original = prototype.parse;
      let calls = 0;
      prototype.parse = function (this: unknown) {
        calls += 1;
        return Reflect.apply(original, this, []);
      };
      const value = describe(await promise);
      prototype.parse = original;
      return [value, calls];
    },
  },
  {
    name: "calls an endpoint by its path, awaited, streamed, raw and refused",
    spans: ["chat completed", "chat completed", "chat raw", "chat error"],
    async run({ client, provider }) {
      const body = dialect.params();
      const promise = client.post(dialect.path, { body });
      const seen: unknown[] = [shape(promise), describe(await promise)];
      const streamed = { body: { ...body, stream: true }, stream: true };
      for await (const chunk of (await client.post(dialect.path, streamed)) as ApiStream)
        seen.push(describe(chunk));
      const raw = await (client.post(dialect.path, { body }) as ApiPromise<unknown>).asResponse();
      seen.push(raw.bodyUsed, await raw.text());
      provider.script(json(dialect.failure("by_path"), 400));
      return [...seen, await settled(client.post(dialect.path, { body }))];
    },
  },
  {
    name: "calls an endpoint that nothing is known of, and a known one in an unknown way",
    spans: [],
    async run({ client, provider }) {
      provider.script(...Array.from({ length: 4 }, () => json({ any: "thing" })));
      const body = dialect.params();
      return [
        await settled(client.post("/anything", { body })),
        await settled(client.post(dialect.path, undefined)),
        await settled(client.post(dialect.path, Promise.resolve({ body }))),
        await settled(client.post(dialect.path, { body: "text" })),
      ];
    },
  },
  {
    name: "wraps the client in a proxy",
    spans: ONE,
    async run({ client }) {
      const reads: string[] = [];
      const watched = new Proxy(client, {
        get(target, key, receiver) {
          reads.push(String(key));
          return Reflect.get(target, key, receiver);
        },
      });
      return [describe(await create(dialect, watched)), reads];
    },
  },
  {
    name: "calls within a span of its own",
    spans: ONE,
    async run({ client, inOwnSpan }) {
      return inOwnSpan(async () => describe(await create(dialect, client)));
    },
  },
];
