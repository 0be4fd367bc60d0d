import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;
const join = (more: Record<string, string> = {}) => ({ KIT_JOIN_PARENT_TRACE: "true", ...more });

it("continues the trace of the process that started this one", async () => {
  await world.run(join({ TRACEPARENT, TRACESTATE: "vendor=1" }), "nested.mjs");
  const [inner, outer] = [...world.collector.spans].sort(
    (a, b) => Number(b.name > a.name) - Number(a.name > b.name),
  );
  expect([inner?.traceId, outer?.traceId]).toEqual([TRACE, TRACE]);
  const parents = world.collector.spans.map(({ parentSpanId }) => parentSpanId);
  expect(parents).toContain(PARENT);
  expect(parents).toContain(world.collector.spans.find(({ name }) => name === "work")?.spanId);
});

it("begins a trace of its own without being told", async () => {
  await world.run({ TRACEPARENT });
  expect(world.collector.spans).toHaveLength(1);
  expect(world.collector.spans[0]?.traceId).not.toBe(TRACE);
});

it.each<Record<string, string>>([{}, { TRACEPARENT: "" }, { TRACEPARENT: "nonsense" }])(
  "begins one where there is none to continue: %j",
  async (env) => {
    const { stderr } = await world.run(join(env));
    expect(stderr).toBe("");
    expect(world.collector.spans[0]?.parentSpanId ?? "").toBe("");
  },
);

it("obeys the decision not to sample that came with it", async () => {
  await world.run(join({ TRACEPARENT: `00-${TRACE}-${PARENT}-00` }));
  expect(world.collector.spans).toEqual([]);
});

it("begins a new trace where the program asks for a new root", async () => {
  await world.run(join({ TRACEPARENT }), "../../sdk/apps/new-root.mjs");
  const traces = new Map(world.collector.spans.map(({ name, traceId }) => [name, traceId]));
  expect(traces.get("joined")).toBe(TRACE);
  expect(traces.get("new root")).not.toBe(TRACE);
  expect(traces.get("in the root context")).not.toBe(TRACE);
});
