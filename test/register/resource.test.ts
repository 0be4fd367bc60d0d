import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it("describes the process without its command line", async () => {
  await world.run();
  const resource = world.collector.spans[0]?.resource;
  expect(resource).toMatchObject({
    "service.name": expect.stringMatching(/^unknown_service:/),
    "process.runtime.name": "nodejs",
    "telemetry.sdk.language": "nodejs",
    "telemetry.distro.name": "@kit/sdk",
  });
  expect(Object.keys(resource ?? {}).filter((key) => /command|argument|owner|path/.test(key))).toEqual([]);
});

it("adds OTEL_RESOURCE_ATTRIBUTES, over which OTEL_SERVICE_NAME wins", async () => {
  await world.run({
    OTEL_RESOURCE_ATTRIBUTES: "service.name=from-list,deployment.environment.name=a%20b",
    OTEL_SERVICE_NAME: "assistant",
  });
  expect(world.collector.spans[0]?.resource).toMatchObject({
    "service.name": "assistant",
    "deployment.environment.name": "a b",
  });
});

it("discards OTEL_RESOURCE_ATTRIBUTES as a whole when a part is unreadable", async () => {
  const { stderr } = await world.run({ OTEL_RESOURCE_ATTRIBUTES: "a=1,b" });
  expect(stderr).toBe(
    "[kit] OTEL_RESOURCE_ATTRIBUTES is not a list of percent-encoded key=value pairs; it is ignored.\n",
  );
  expect(world.collector.spans[0]?.resource).not.toHaveProperty("a");
});
