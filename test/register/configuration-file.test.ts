import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it.each(["OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE"])(
  "says that the file of %s is not read, and goes by the variables",
  async (name) => {
    const { code, stderr } = await world.run({ [name]: "otel.yaml" });
    const said = `[kit] ${name}: configuration files are not read; options and variables are used.\n`;
    expect({ code, stderr }).toEqual({ code: 0, stderr: said });
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  },
);

it("leaves the file to an application that reads it for a provider of its own", async () => {
  const { stderr } = await world.run({ OTEL_CONFIG_FILE: "otel.yaml" }, "chat.mjs", {
    flags: ["--import", "./own-provider.mjs", "--import", "@kit/register"],
  });
  expect(stderr).toBe("");
});
