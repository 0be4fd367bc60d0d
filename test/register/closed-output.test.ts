import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";
import { startApp } from "../support/register/run-app.js";

const world = useWorld();

describeOnNodes((node) => {
  it.each(["chat.mjs", "chat.cjs"])("lets %s print where nobody reads", async (app) => {
    const { child, ended } = startApp(app, { node, env: world.env() });
    // As in `app | head`: what is printed from now on is an error of the stream, which `console.log` overlooks.
    child.stdout.destroy();
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  });

  it("prints traces where nobody reads", async () => {
    const env = world.env({ OTEL_TRACES_EXPORTER: "console" });
    const { child, ended } = startApp("chat.mjs", { node, env });
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("prints many traces at once without a warning", async () => {
    const env = { OTEL_TRACES_EXPORTER: "console" };
    const { stdout, stderr } = await world.run(env, "many.mjs", { node, args: ["20"] });
    expect(stdout.match(/^trace /gm)).toHaveLength(20);
    expect(stderr).toBe("");
  });
});
