// A library has its instruments before the application registers its provider.
import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";

const meter = metrics.getMeter("a library");
const early = meter.createCounter("early");
early.add(1);

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
metrics.setGlobalMeterProvider(provider);
early.add(2);
meter.createCounter("late").add(3);
await provider.shutdown();
for (const { scopeMetrics } of exporter.getMetrics())
  for (const { descriptor, dataPoints } of scopeMetrics.flatMap(({ metrics }) => metrics))
    console.log(descriptor.name, dataPoints[0].value);
