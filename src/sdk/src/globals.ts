import {
  createNoopMeter,
  type MeterProvider,
  metrics,
  ProxyTracerProvider,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";

/** The provider that the application has registered, if it has one. */
export function registeredTracerProvider(): TracerProvider | undefined {
  const provider = trace.getTracerProvider();
  if (!("getDelegate" in provider)) return provider;
  const delegate = (provider as ProxyTracerProvider).getDelegate();
  // A fresh proxy stands for "nothing registered" in this copy of the API.
  return delegate === new ProxyTracerProvider().getDelegate() ? undefined : delegate;
}

export function registeredMeterProvider(): MeterProvider | undefined {
  const provider = metrics.getMeterProvider();
  return provider.getMeter("@kit/sdk") === createNoopMeter() ? undefined : provider;
}
