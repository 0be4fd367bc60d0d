import { describe, describeFunction, type Seen, shape } from "../observe.js";
import type { AnyApp, AnyScenario, Dialect } from "./dialect.js";

/** What an application finds when it looks at the SDK instead of calling it. */
export const surface = (dialect: Dialect): readonly AnyScenario[] => [
  {
    name: "looks at the module's exports",
    spans: [],
    async run({ sdk }) {
      const names = Object.keys(sdk).sort();
      return names.map((name) => [name, typeof sdk[name], shape(sdk[name])]);
    },
  },
  {
    name: "looks at the client and its classes",
    spans: [],
    async run({ client, sdk }) {
      const kind = sdk[dialect.clientClass] as new () => unknown;
      return [shape(client), client instanceof kind, sdk.default === kind, describeFunction(kind)];
    },
  },
  {
    name: "looks at every method of every resource",
    spans: [],
    run: async (app) => dialect.resources.map((path) => [path, methodsOf(resourceAt(app, path))]),
  },
  {
    name: "lists what a client and a resource hold",
    spans: [],
    async run({ client }) {
      const resource = dialect.resource(client);
      return [
        Object.keys(client),
        Object.keys(resource),
        describe(Object.keys(Object.getPrototypeOf(resource) as object)),
      ];
    },
  },
];

function resourceAt({ client }: AnyApp, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((owner, key) => (owner as Record<string, unknown> | undefined)?.[key], client);
}

function methodsOf(resource: unknown): Seen {
  if (resource === undefined) return null;
  const prototype = Object.getPrototypeOf(resource) as object;
  return Reflect.ownKeys(prototype).map((key) => {
    const { value, writable, enumerable, configurable } =
      Object.getOwnPropertyDescriptor(prototype, key) ?? {};
    const of =
      typeof value === "function"
        ? [value.name, value.length, Reflect.ownKeys(value).map(String).sort()]
        : [typeof value];
    return [String(key), ...of, writable === true, enumerable === true, configurable === true];
  });
}
