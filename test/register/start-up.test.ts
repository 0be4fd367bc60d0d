import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { NODES } from "../support/nodes.js";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";

const world = useWorld();

const REFUSED = ["--require", fileURLToPath(new URL("apps/refused-loader.cjs", import.meta.url))];
const ORDER = ["--require", fileURLToPath(new URL("apps/order-of-start.cjs", import.meta.url))];

describeOnNodes((node, { since }) => {
  it.each([
    ["a collector", {}],
    ["AgentPulse", { AGENTPULSE_API_KEY: "ap_test" }],
  ])("starts for %s without all that Node knows of the web", async (_, env) => {
    const AGENTPULSE_ENDPOINT = `http://127.0.0.1:${world.provider.port}`;
    const run = await world.run({ AGENTPULSE_ENDPOINT, ...env }, "built-ins.mjs", { node, preloads: [] });
    expect(run).toMatchObject({ code: 0, stdout: "\n" });
  });

  describe("the thread of Node's loaders", () => {
    const orderOf = async (env: Record<string, string>, file: string) => {
      const { code, stdout } = await world.run(env, file, { node, preloads: ORDER });
      expect(code).toBe(0);
      return stdout.trim().split("\n").at(-1);
    };

    it("starts before OpenTelemetry is loaded, and loads its hooks while instrumentations are, or not at all", async () => {
      const inThread = since("22.22.3", "24.11.1");
      const order = await orderOf({}, "chat.mjs");
      expect(order).toBe(inThread ? "load" : "register, load, register, load");
    });

    it.each([
      ["an application that starts as CommonJS", "chat.cjs", {}],
      ["a kit that is disabled", "untouched.mjs", { OTEL_SDK_DISABLED: "true" }],
      ["libraries that are all left alone", "chat.mjs", { KIT_INSTRUMENTATIONS: "none" }],
    ])("is not started for %s", async (_, file, env) => {
      expect(await orderOf(env as Record<string, string>, file)).toBe("load");
    });

    it("has the library's own hooks where those of the kit cannot be registered", async () => {
      const { code, stderr } = await world.run({}, "chat.mjs", { node, preloads: REFUSED });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
    });
  });
}, NODES);
