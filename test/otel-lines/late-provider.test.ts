import { AiloopClient } from "@kit/ailoop";
import { MockKrytenClient } from "@kit/kryten";
import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { afterEach, expect, it } from "vitest";
import { CLOSED_PORT } from "../support/free-port.js";
import { QuietLogger } from "../support/kryten/quiet-logger.js";

afterEach(() => metrics.disable());

it("measures for a provider that is registered after the clients were made and used", async () => {
  const channels = [{ domain: "cytu.be", channel: "lounge" }];
  const kryten = await MockKrytenClient.open(
    { nats: { servers: ["nats://x"] }, channels },
    { logger: new QuietLogger() },
  );
  const ailoop = new AiloopClient(`http://127.0.0.1:${CLOSED_PORT}`, { reconnectAttempts: 0 });
  const use = async () => {
    await kryten.sendChat("lounge", "hi");
    await expect(ailoop.say("hi")).rejects.toThrow();
  };
  await use();
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  await use();
  await reader.forceFlush();
  const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
  expect(scopes.map(({ scope }) => scope.name).sort()).toEqual(["@kit/ailoop", "@kit/kryten"]);
  await reader.shutdown();
  await ailoop.close();
  await kryten.disconnect();
});

it("goes on where a meter provider fails", async () => {
  const failing = {
    getMeter() {
      throw new Error("no meters today");
    },
  };
  const channels = [{ domain: "cytu.be", channel: "lounge" }];
  const options = { logger: new QuietLogger(), meterProvider: failing };
  const kryten = await MockKrytenClient.open({ nats: { servers: ["nats://x"] }, channels }, options);
  await kryten.sendChat("lounge", "hi");
  expect(kryten.getPublishedCommands()).toHaveLength(1);
  await kryten.disconnect();
});
