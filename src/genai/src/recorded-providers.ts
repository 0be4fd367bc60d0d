const RECORDED = Symbol.for("kit.genai.recorded_providers");

/** Providers whose clients are instrumented, by the instrumentation; of all copies of the kit in the process. */
function recordedProviders(): Map<object, readonly string[]> {
  const shared = globalThis as { [RECORDED]?: Map<object, readonly string[]> };
  shared[RECORDED] ??= new Map();
  return shared[RECORDED];
}

/** An instrumentation records the calls to these providers from now on; without any, no more. */
export function recordProviders(instrumentation: object, providers: readonly string[]): void {
  if (providers.length > 0) recordedProviders().set(instrumentation, providers);
  else recordedProviders().delete(instrumentation);
}

/** Whether a client of this provider is instrumented, so that a framework above can leave the call to it. */
export function isProviderRecorded(provider: string): boolean {
  for (const providers of recordedProviders().values()) if (providers.includes(provider)) return true;
  return false;
}
