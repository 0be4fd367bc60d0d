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

/**
 * Makes way for a provider that the application registers after us: the API would refuse it, and the
 * application's own setup would be dead without a word. Returns a function that ends the watch.
 */
export function yieldTracerProvider(onTaken: (provider: TracerProvider) => void): () => void {
  const register = trace.setGlobalTracerProvider;
  const stop = () => {
    // Ours is an own property over the method of the class.
    delete (trace as Partial<typeof trace>).setGlobalTracerProvider;
  };
  trace.setGlobalTracerProvider = (provider) => {
    stop();
    trace.disable();
    const taken = register.call(trace, provider);
    if (taken) onTaken(provider);
    return taken;
  };
  return stop;
}
