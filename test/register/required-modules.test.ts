import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { NODES } from "../support/nodes.js";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";

const COUNTED = ["--require", fileURLToPath(new URL("apps/counts-debuggers.cjs", import.meta.url))];

const world = useWorld();

describeOnNodes((node, { since }) => {
  it("looks for libraries in ES modules that are required with few debuggers, which stop nothing", async () => {
    const { code, stdout } = await world.run({}, "requires-many.cjs", { node, preloads: COUNTED });
    // From 22.15 on, the hooks see what is required, too.
    const few = since("22.15", "24") ? 0 : 2;
    const counted = `${few} connected, ${few} disconnected`;
    expect({ code, stdout }).toEqual({ code: 0, stdout: `Hello yourself\n${counted}\n` });
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  });
}, NODES);
