import type { Attributes } from "@opentelemetry/api";
import { defaultResource, type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import type { Configuration } from "./configuration.js";
import type { InitOptions } from "./options.js";
import { VERSION } from "./version.js";

/** Facts about this process. No command line, user or path: those belong to nobody else. */
export function readResource(options: InitOptions, configuration: Configuration): Resource {
  const attributes: Attributes = {
    "process.pid": process.pid,
    "process.runtime.name": "nodejs",
    "process.runtime.version": process.versions.node,
    "telemetry.distro.name": "@kit/sdk",
    "telemetry.distro.version": VERSION,
    ...configuration.pairs("OTEL_RESOURCE_ATTRIBUTES"),
    ...options.resourceAttributes,
  };
  const serviceName = configuration.string({
    option: "serviceName",
    value: options.serviceName,
    variables: ["OTEL_SERVICE_NAME"],
  });
  if (serviceName != null) attributes["service.name"] = serviceName;
  return defaultResource().merge(resourceFromAttributes(attributes));
}
