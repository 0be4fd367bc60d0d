import { AsyncLocalStorage } from "node:async_hooks";
import { attempt, describe, settled, shape } from "../observe.js";
import { json, type Reply } from "../provider.js";
import { type AnyScenario, create, type Dialect, type Params, stream as streamed } from "./dialect.js";

/** The promise a call returns, and everything an application does with it. */
export const promises = (dialect: Dialect): readonly AnyScenario[] => [
  {
    name: "awaits a chat completion",
    spans: ["chat completed"],
    run: async ({ client }) => describe(await create(dialect, client)),
  },
  {
    name: "awaits the same promise twice and gets the same object",
    spans: ["chat completed"],
    async run({ client }) {
      const promise = create(dialect, client);
      const [first, second] = [await promise, await promise];
      return [first === second, Promise.resolve(promise) === promise, describe(second)];
    },
  },
  {
    name: "looks at the promise before it settles",
    spans: ["chat completed"],
    async run({ client, sdk }) {
      const promise = create(dialect, client);
      const seen = {
        shape: shape(promise),
        promise: promise instanceof Promise,
        apiPromise: "APIPromise" in sdk ? promise instanceof sdk.APIPromise : "no export",
        constructor: promise.constructor.name,
        methods: ["then", "catch", "finally", "asResponse", "withResponse", "_thenUnwrap"].map((name) => [
          name,
          typeof promise[name as "then"],
          Object.hasOwn(promise, name),
        ]),
        json: JSON.stringify(promise),
      };
      await promise;
      return [seen, shape(promise)];
    },
  },
  {
    name: "chains then, catch and finally in order",
    spans: ["chat completed"],
    async run({ client }) {
      const order: string[] = [];
      const promise = create(dialect, client);
      const kinds = [
        promise.then(() => order.push("then 1")),
        promise.catch(() => order.push("catch")),
        promise.finally(() => order.push("finally")),
        promise.then(() => order.push("then 2")),
      ];
      await Promise.all(kinds);
      return { order, kinds: kinds.map((kind) => shape(kind)) };
    },
  },
  {
    name: "takes the value and the response together",
    spans: ["chat completed"],
    async run({ client }) {
      const { data, response, ...rest } = await create(dialect, client).withResponse();
      return { data: describe(data), response: describe(response), rest: describe(rest) };
    },
  },
  {
    name: "takes the raw response and reads its body",
    spans: ["chat raw"],
    async run({ client }) {
      const response = await create(dialect, client).asResponse();
      const before = describe(response);
      return { before, body: await response.text(), after: describe(response) };
    },
  },
  {
    name: "takes the raw response, then awaits the value of the same promise",
    spans: ["chat raw|completed"],
    async run({ client }) {
      const promise = create(dialect, client);
      const response = await promise.asResponse();
      const unread = response.bodyUsed;
      return { unread, value: describe(await promise), used: response.bodyUsed };
    },
  },
  {
    name: "takes the value, the response and both at once from one promise",
    spans: ["chat completed"],
    async run({ client }) {
      const promise = create(dialect, client);
      const [both, value, response] = await Promise.all([
        promise.withResponse(),
        promise,
        promise.asResponse(),
      ]);
      return [both.data === value, both.response === response, describe(value)];
    },
  },
  {
    name: "takes the raw response and never reads it",
    spans: ["chat raw"],
    drops: true,
    run: async ({ client }) => describe(await create(dialect, client).asResponse()),
  },
  {
    name: "unwraps the promise as the SDK's own helpers do",
    spans: ["chat completed"],
    async run({ client }) {
      const promise = create(dialect, client);
      const derived = promise._thenUnwrap((value) => ({ only: value.id }));
      return {
        shape: shape(derived),
        same: derived === (promise as unknown),
        value: describe(await derived),
      };
    },
  },
  {
    name: "unwraps the promise and awaits both it and the original",
    spans: ["chat completed|error"],
    async run({ client }) {
      const promise = create(dialect, client);
      const derived = promise._thenUnwrap((value) => ({ only: value.id }));
      return [await settled(derived), await settled(promise)];
    },
  },
  {
    name: "unwraps with a transformation that throws",
    spans: ["chat completed|error"],
    async run({ client }) {
      const promise = create(dialect, client);
      return settled(
        promise._thenUnwrap(() => {
          throw new RangeError("the application's own");
        }),
      );
    },
  },
  {
    name: "takes the response of an unwrapped promise",
    spans: ["chat completed"],
    async run({ client }) {
      const promise = create(dialect, client);
      const { data, response } = await promise._thenUnwrap((value) => ({ only: value.id })).withResponse();
      return [describe(data), describe(response)];
    },
  },
  {
    name: "races a call and joins it with others",
    spans: ["chat completed", "chat completed"],
    async run({ client }) {
      const one = create(dialect, client);
      const two = create(dialect, client);
      const raced = await Promise.race([one, two]);
      const [a, b] = await Promise.allSettled([one, two]);
      return [describe(raced), describe(a), describe(b)];
    },
  },
  {
    name: "never awaits a call that succeeds",
    spans: ["chat abandoned|completed"],
    drops: true,
    async run({ client, provider }) {
      void create(dialect, client);
      await provider.arrived();
      await provider.quiet();
    },
  },
  {
    name: "never awaits a call that fails",
    spans: ["chat abandoned|error"],
    drops: true,
    async run({ client, provider, reported }) {
      provider.script(json(dialect.failure("nope"), 400));
      void create(dialect, client);
      await reported();
    },
  },
  {
    name: "never awaits a streamed call",
    spans: ["chat abandoned|completed"],
    drops: true,
    async run({ client, provider }) {
      void streamed(dialect, client);
      await provider.arrived();
    },
  },
  {
    name: "handles a rejection only after it was reported",
    spans: ["chat error"],
    async run({ client, provider, reported }) {
      provider.script(json(dialect.failure("late"), 400));
      const promise = create(dialect, client);
      const chained = promise.then(() => "fine");
      await reported();
      return settled(chained);
    },
  },
  {
    name: "leaves a rejection unhandled behind then",
    spans: ["chat error"],
    async run({ client, provider, reported }) {
      provider.script(json(dialect.failure("unhandled"), 400));
      void create(dialect, client).then(() => "fine");
      await reported();
    },
  },
  {
    name: "leaves a rejection unhandled behind finally, and handles another branch",
    spans: ["chat error"],
    async run({ client, provider, reported }) {
      provider.script(json(dialect.failure("branches"), 400));
      const promise = create(dialect, client);
      void promise.finally(() => {});
      const caught = await promise.catch((error: unknown) => describe(error));
      await reported();
      return caught;
    },
  },
  {
    name: "leaves the rejections of asResponse and withResponse unhandled",
    spans: ["chat error", "chat error"],
    async run({ client, provider, reported }) {
      provider.script(json(dialect.failure("raw"), 400), json(dialect.failure("both"), 400));
      void create(dialect, client).asResponse();
      await reported();
      void create(dialect, client).withResponse();
      await provider.arrived(2);
      await reported(2);
    },
  },
  {
    name: "throws in its own continuation",
    spans: ["chat completed"],
    async run({ client }) {
      return settled(
        create(dialect, client).then(() => {
          throw new TypeError("the application's own");
        }),
      );
    },
  },
  {
    name: "passes deeply frozen parameters and options",
    spans: ["chat completed"],
    async run({ client }) {
      const params = deepFreeze(dialect.params());
      const options = deepFreeze({ headers: { "x-mine": "1" } });
      return describe(await create(dialect, client, params, options));
    },
  },
  {
    name: "changes its parameters right after the call",
    spans: ["chat completed"],
    async run({ client }) {
      const params = dialect.params();
      const promise = create(dialect, client, params);
      params.model = "changed";
      params.messages.push({ role: "user", content: "changed" });
      params.messages[0] = { role: "user", content: "changed" };
      return describe(await promise);
    },
  },
  {
    name: "finds its parameters and options as they were",
    spans: ["chat completed"],
    async run({ client }) {
      const params = dialect.params();
      const options = { headers: { "x-mine": "1" }, query: { a: "b" }, timeout: 4_000, maxRetries: 1 };
      await create(dialect, client, params, options);
      return { params: describe(params), shape: shape(params), options: describe(options) };
    },
  },
  {
    name: "passes parameters that throw when they are read",
    spans: ["chat error"],
    async run({ client }) {
      const params = {
        model: "gpt-4o-mini",
        get messages(): never {
          throw new EvalError("the application's own");
        },
      };
      return attempt(() => create(dialect, client, params));
    },
  },
  {
    name: "passes parameters that JSON cannot carry",
    spans: ["chat error"],
    async run({ client }) {
      const params = { ...dialect.params(), seed: 10n as unknown as number };
      return attempt(() => create(dialect, client, params));
    },
  },
  {
    name: "passes parameters without a prototype, with toJSON and with undefined members",
    spans: ["chat completed"],
    async run({ client }) {
      const bare = Object.assign(Object.create(null) as object, dialect.params(), { stop: undefined });
      const message = { toJSON: () => ({ role: "user", content: "from toJSON" }) };
      const params = { ...bare, messages: [message] };
      return describe(await create(dialect, client, params));
    },
  },
  {
    name: "passes no parameters at all",
    spans: "untold",
    run: async ({ client }) =>
      attempt(() => (dialect.resource(client).create as (params?: unknown) => unknown)()),
  },
  {
    name: "makes ten calls at once and gets each its own answer",
    spans: Array.from({ length: 10 }, () => "chat completed"),
    async run({ client, provider }) {
      provider.script(...Array.from({ length: 10 }, () => echo(dialect)));
      const calls = Array.from({ length: 10 }, (_, at) =>
        create(dialect, client, {
          ...dialect.params(),
          messages: [{ role: "user", content: `number ${at}` }],
        }),
      );
      const answers = await Promise.all(calls);
      provider.requests.sort((a, b) => a.body.localeCompare(b.body));
      return answers.map((answer) => describe(answer));
    },
  },
  {
    name: "keeps its own async context in every continuation",
    spans: ["chat completed", "chat completed", "chat error"],
    async run({ client, provider }) {
      const storage = new AsyncLocalStorage<string>();
      provider.script(json(dialect.answer()), json(dialect.answer()), json(dialect.failure("context"), 400));
      return storage.run("mine", async () => {
        const seen: unknown[] = [];
        await create(dialect, client);
        seen.push(storage.getStore());
        await create(dialect, client).then(() => seen.push(storage.getStore()));
        await create(dialect, client).catch(() => seen.push(storage.getStore()));
        return seen;
      });
    },
  },
  {
    name: "finds no span active in its continuations",
    spans: ["chat completed", "chat error"],
    async run({ client, provider, insideSpan }) {
      provider.script(json(dialect.answer()), json(dialect.failure("context"), 400));
      const promise = create(dialect, client);
      const seen = [insideSpan()];
      await promise.then(() => seen.push(insideSpan()));
      seen.push(insideSpan());
      await create(dialect, client).catch(() => seen.push(insideSpan()));
      seen.push(insideSpan());
      return seen;
    },
  },
  {
    name: "gets answers in the order in which they came",
    spans: ["chat completed", "chat completed"],
    async run({ client, provider }) {
      const order: string[] = [];
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      provider.script(
        async (response, request) => {
          await held;
          await json(dialect.answer("slow"))(response, request);
        },
        json(dialect.answer("fast")),
      );
      const slow = create(dialect, client).then(() => order.push("slow"));
      await provider.arrived();
      const fast = create(dialect, client).then(() => order.push("fast"));
      await fast;
      release();
      await slow;
      return order;
    },
  },
];

function echo(dialect: Dialect): Reply {
  return (response, request) => {
    const { messages } = JSON.parse(request.body) as Params;
    const said = messages.map(({ content }) => JSON.stringify(content)).join(" ");
    return json(dialect.answer(`answer to ${said}`))(response, request);
  };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
