import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";

const world = useWorld();

describeOnNodes((node, { major }) => {
  const permission = major === 20 ? "--experimental-permission" : "--permission";
  const flags = [permission, "--allow-fs-read=*", "--import", "@kit/register"];

  it("traces an application that may start no thread and write no file", async () => {
    const { code, stdout, stderr } = await world.run({}, "chat.cjs", { node, flags });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Hello yourself\n" });
    expect(stderr).not.toContain("[kit]");
    expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
  });

  it("says of an application that may start no thread and exits at once what is lost", async () => {
    const { code, stdout, stderr } = await world.run({}, "exits.cjs", { node, flags });
    expect({ code, stdout }).toEqual({ code: 5, stdout: "Hello yourself\n" });
    expect(stderr).toContain("[kit] OTLP traces: what was left when the process exited could not be sent (");
    expect(stderr).not.toContain("    at ");
  });
});
