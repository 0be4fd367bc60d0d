import { expect, it } from "vitest";
import { createLoader } from "./create-loader.js";

type Library = Parameters<typeof createLoader>[0] extends (url: string) => Promise<infer Hooks>
  ? Hooks
  : never;

const HOOKS = "file:///hooks.mjs";
const INCLUDE = ["openai", /\/openai\/index\.mjs$/];

/** Node's own answer. */
const next = async (specifier: string) => ({ url: `file:///app/${specifier}` });
const read = async (url: string) => ({ source: `source of ${url}` });

/** A library that marks what it is asked for, and notes how it was set up. */
function createLibrary() {
  const told: unknown[] = [];
  const library: Library = {
    initialize: (options) => told.push(options),
    resolve: async (specifier, context, after) => ({
      url: `${(await after(specifier, context)).url}?iitm=true`,
    }),
    load: async (url) => ({ source: `wrapper of ${url}` }),
  };
  return { library, told };
}

function start(load: (url: string) => Promise<Library>) {
  const asked: string[] = [];
  const loader = createLoader((url) => {
    asked.push(url);
    return load(url);
  });
  loader.initialize({ library: HOOKS, include: INCLUDE });
  return { loader, asked };
}

it("loads the library at once and tells it what is included", async () => {
  const { library, told } = createLibrary();
  const { loader, asked } = start(async () => library);
  expect(asked).toEqual([HOOKS]);
  await loader.resolve("openai", {}, next);
  expect(told).toEqual([{ include: INCLUDE }]);
});

it.each(["openai", "openai/index.mjs", "file:///a.mjs?iitm=bindings"])(
  "has the library resolve %s",
  async (name) => {
    const { loader } = start(async () => createLibrary().library);
    expect(await loader.resolve(name, {}, next)).toEqual({ url: `file:///app/${name}?iitm=true` });
  },
);

it("leaves alone what CommonJS requires that another loader has read", async () => {
  const { loader } = start(async () => createLibrary().library);
  const asFile = async (url: string) => ({ url, format: "commonjs" });
  const resolve = (parentURL: string) => loader.resolve("file:///openai/index.mjs", { parentURL }, asFile);
  expect((await resolve("file:///app.cts")).url).toBe("file:///openai/index.mjs");
  expect((await resolve("file:///app.mjs")).url).toBe("file:///openai/index.mjs?iitm=true");
  expect((await resolve("file:///openai/index.js?iitm=true")).url).toBe("file:///openai/index.mjs?iitm=true");
});

it("resolves and loads everything else without waiting for the library", async () => {
  const { loader } = start(() => new Promise(() => {}));
  expect(await loader.resolve("./other.js", {}, next)).toEqual({ url: "file:///app/./other.js" });
  expect(await loader.load("file:///app/other.js", {}, read)).toEqual({
    source: "source of file:///app/other.js",
  });
});

it("has the library load everything as soon as it is there", async () => {
  const { loader } = start(async () => createLibrary().library);
  await loader.resolve("openai", {}, next);
  expect(await loader.load("file:///app/other.js", {}, read)).toEqual({
    source: "wrapper of file:///app/other.js",
  });
});

it("leaves every module alone and warns when the library cannot be loaded", async () => {
  const warned = new Promise<string>((resolve) => {
    process.once("warning", ({ message }) => resolve(message));
  });
  const { loader } = start(async () => {
    throw new Error("broken");
  });
  expect(await loader.resolve("openai", {}, next)).toEqual({ url: "file:///app/openai" });
  expect(await loader.load("file:///app/openai", {}, read)).toEqual({
    source: "source of file:///app/openai",
  });
  expect(await warned).toBe("[kit] ES modules cannot be instrumented: Error: broken");
});
