import { describe, expect, it } from "vitest";
import { findNode, MAJORS } from "../support/nodes.js";
import { useWorld } from "../support/register/fixture.js";

/** Compiles whatever `require` loads anew, ES modules that are loaded already included. */
const TSX = ["--import", "tsx"];

const world = useWorld();

describe.each(MAJORS.map((major) => [major, findNode(major)] as const))("on Node %d", (major, node) => {
  it.each([
    ["an ES module that the program imports before it calls init", "static-import.mjs", 1],
    ["an ES module on its way while a side module calls init", "side-module.mjs", 1],
    ["a CommonJS module required before init", "loaded.cjs", 1],
    ["both, imported and required after init", "late-import.mjs", 2],
    ["both, required and imported after init by a CommonJS program", "late.cjs", 2],
    ["an ES module that tsx loaded before init", "static-import.mjs", 1, TSX],
    ["an ES module on its way through tsx while a side module calls init", "side-module.mjs", 1, TSX],
    ["a CommonJS module that tsx loaded before init", "loaded.cjs", 1, TSX],
  ])("records each call once, the first included, of %s", async (_, file, calls, flags: string[] = []) => {
    if (node === undefined) throw new Error(`Node ${major} cannot be installed from npm here`);
    const { code, stderr } = await world.run({}, `../../sdk/apps/${file}`, { flags, node });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(world.collector.spans.map(({ name }) => name)).toEqual(Array(calls).fill("chat gpt-4.1-mini"));
  });
});

it("looks for nothing where patchLoaded is off", async () => {
  await world.run({ PATCH_LOADED: "no" }, "../../sdk/apps/static-import.mjs", { flags: [] });
  expect(world.collector.spans).toEqual([]);
});
