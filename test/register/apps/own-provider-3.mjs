// An application on OpenTelemetry 3.x, with a copy of the API of its own, before ours.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../../matrix/otel-3/package.json", import.meta.url));
const { trace } = require("@opentelemetry/api");
const { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } = require("@opentelemetry/sdk-trace");

const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(
  new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
);

process.on("exit", () =>
  console.log(
    exporter
      .getFinishedSpans()
      .map(({ name }) => name)
      .join(),
  ),
);
