import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it("sends the headers of the signal over the common ones, percent-decoded", async () => {
  await world.run({
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc,x-common=1,x-both=common",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-both=traces",
  });
  expect(world.collector.requests[0]?.headers).toMatchObject({
    authorization: "Bearer abc",
    "x-common": "1",
    "x-both": "traces",
  });
});

it("ignores a list that is none, without repeating what may be a secret", async () => {
  const { stderr } = await world.run({ OTEL_EXPORTER_OTLP_HEADERS: "my-secret-token" });
  expect(stderr).toBe(
    "[kit] OTEL_EXPORTER_OTLP_HEADERS: what is not a percent-encoded key=value pair is ignored.\n",
  );
  expect(world.collector.spans).toHaveLength(1);
});

it("says that a collector refuses the credentials", async () => {
  world.collector.failNext({ kind: "answer", status: 401 });
  const { code, stderr } = await world.run();
  expect(code).toBe(0);
  expect(stderr).toContain(
    "refused a batch (HTTP 401 Unauthorized); it is dropped. Check OTEL_EXPORTER_OTLP_HEADERS.",
  );
  expect(world.collector.requests).toHaveLength(1);
});
