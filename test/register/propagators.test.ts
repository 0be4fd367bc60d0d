import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

async function carrier(env: Record<string, string>) {
  const { stdout, stderr } = await world.run(env, "nested.mjs");
  return { headers: Object.keys(JSON.parse(stdout.split("\n")[0] ?? "")), stderr };
}

it("passes trace context on as the W3C says when OTEL_PROPAGATORS is not set", async () => {
  expect(await carrier({})).toEqual({ headers: ["traceparent"], stderr: "" });
});

it("passes nothing on for none", async () => {
  expect(await carrier({ OTEL_PROPAGATORS: "none" })).toEqual({ headers: [], stderr: "" });
});

it("names an unknown propagator and uses the known ones", async () => {
  expect(await carrier({ OTEL_PROPAGATORS: "b3,tracecontext" })).toEqual({
    headers: ["traceparent"],
    stderr: '[kit] OTEL_PROPAGATORS: "b3" is not one of tracecontext, baggage, none; it is ignored.\n',
  });
});

it("makes a call a child of the application's own span", async () => {
  await world.run({}, "nested.mjs");
  const [chat, work] = world.collector.spans;
  expect(work?.name).toBe("work");
  expect(chat).toMatchObject({
    name: "chat gpt-4.1-mini",
    traceId: work?.traceId,
    parentSpanId: work?.spanId,
  });
});
