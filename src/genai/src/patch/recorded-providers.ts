const RECORDED = Symbol.for("kit.genai.recorded_providers");

/** Providers whose clients are instrumented, by instrumentation, for all copies of the kit in the process. */
function recordedProviders(): Map<object, readonly string[]> {
  const shared = globalThis as { [RECORDED]?: Map<object, readonly string[]> };
  shared[RECORDED] ??= new Map();
  return shared[RECORDED];
}

/** Notes that an instrumentation records the calls to these providers from now on; with none, that it no longer does. */
export function recordProviders(instrumentation: object, providers: readonly string[]): void {
  if (providers.length > 0) recordedProviders().set(instrumentation, providers);
  else recordedProviders().delete(instrumentation);
}

/** Whether a client of this provider is instrumented, so that a framework above can leave recording to it. */
export function isProviderRecorded(provider: string): boolean {
  for (const providers of recordedProviders().values()) if (providers.includes(provider)) return true;
  return false;
}
