import type { Meter } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { expect, it } from "vitest";
import { YieldingMeterProvider } from "./yielding-meters.js";

/** A provider, and what it would send: the values of each instrument. */
function createProvider() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  const provider = new MeterProvider({ readers: [reader] });
  const collect = async () => {
    exporter.reset();
    await provider.forceFlush();
    const metrics = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((each) => each.metrics));
    return Object.fromEntries(
      metrics.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ value }) => (typeof value === "object" ? value.sum : value)),
      ]),
    );
  };
  return { provider, collect };
}

function setUp() {
  const ours = createProvider();
  const theirs = createProvider();
  const yielding = new YieldingMeterProvider(ours.provider);
  return { ours, theirs, yielding, meter: yielding.getMeter("app", "1.0.0") };
}

const record = (meter: Meter) => {
  const counter = meter.createCounter("counter");
  const upDown = meter.createUpDownCounter("up-down");
  const histogram = meter.createHistogram("histogram");
  const gauge = meter.createGauge("gauge");
  return (value: number) => {
    counter.add(value);
    upDown.add(-value);
    histogram.record(value);
    gauge.record(value);
  };
};
const recorded = (value: number) => ({
  counter: [value],
  "up-down": [-value],
  histogram: [value],
  gauge: [value],
});

it("records like the provider behind it until it gives way", async () => {
  const { ours, theirs, meter } = setUp();
  record(meter)(2);
  expect(await ours.collect()).toEqual(recorded(2));
  expect(await theirs.collect()).toEqual({});
});

it("leads instruments that were handed out to the provider that it gives way to", async () => {
  const { ours, theirs, yielding, meter } = setUp();
  const early = record(meter);
  yielding.yieldTo(theirs.provider);
  early(3);
  meter.createCounter("late").add(1);
  expect(await ours.collect()).toEqual({});
  expect(await theirs.collect()).toEqual({ ...recorded(3), late: [1] });
});

it("has observable instruments observed for that provider alone, by the callbacks that are left", async () => {
  const { ours, theirs, yielding, meter } = setUp();
  const gauge = meter.createObservableGauge("gauge");
  const other = meter.createObservableUpDownCounter("up-down");
  const first = meter.createObservableCounter("first");
  const second = meter.createObservableCounter("second");
  const removed = (result: { observe(value: number): void }) => result.observe(9);
  gauge.addCallback((result) => result.observe(1));
  other.addCallback(removed);
  meter.addBatchObservableCallback(
    (result) => {
      result.observe(first, 2);
      result.observe(second, 3);
    },
    [first, second],
  );
  expect(await ours.collect()).toEqual({ gauge: [1], "up-down": [9], first: [2], second: [3] });
  other.removeCallback(removed);
  yielding.yieldTo(theirs.provider);
  expect(await ours.collect()).toEqual({});
  expect(await theirs.collect()).toEqual({ gauge: [1], first: [2], second: [3] });
});

it("removes a callback for several instruments, before and after it gave way", async () => {
  const { ours, theirs, yielding, meter } = setUp();
  const counter = meter.createObservableCounter("counter");
  const batch = (result: { observe(instrument: typeof counter, value: number): void }) =>
    result.observe(counter, 1);
  meter.addBatchObservableCallback(batch, [counter]);
  meter.removeBatchObservableCallback(batch, [counter]);
  expect(await ours.collect()).toEqual({});
  meter.addBatchObservableCallback(batch, [counter]);
  yielding.yieldTo(theirs.provider);
  meter.removeBatchObservableCallback(batch, [counter]);
  expect(await theirs.collect()).toEqual({});
});

it("records what that provider passes on to it", async () => {
  const { ours, yielding, meter } = setUp();
  const counter = meter.createCounter("counter");
  yielding.yieldTo({ getMeter: (name) => yielding.getMeter(name) });
  counter.add(4);
  expect(await ours.collect()).toEqual({ counter: [4] });
});
