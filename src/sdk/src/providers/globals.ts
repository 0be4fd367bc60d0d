import {
  createNoopMeter,
  type MeterProvider,
  metrics,
  ProxyTracerProvider,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";

/** The tracer provider that the application has registered, if any. */
export function registeredTracerProvider(): TracerProvider | undefined {
  const provider = trace.getTracerProvider();
  if (!("getDelegate" in provider)) return provider;
  const delegate = (provider as ProxyTracerProvider).getDelegate();
  // A fresh proxy shows what "nothing registered" looks like in this copy of the API.
  return delegate === new ProxyTracerProvider().getDelegate() ? undefined : delegate;
}

export function registeredMeterProvider(): MeterProvider | undefined {
  const provider = metrics.getMeterProvider();
  return provider.getMeter("@kit/sdk") === createNoopMeter() ? undefined : provider;
}
