// Preloaded: every package of the process gets the application's copy of the OpenTelemetry API.
import { registerHooks } from "node:module";

const parentURL = new URL("../../matrix/otel-3/package.json", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier, specifier === "@opentelemetry/api" ? { ...context, parentURL } : context),
});
