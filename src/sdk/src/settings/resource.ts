import type { Attributes } from "@opentelemetry/api";
import { defaultResource, type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import type { Configuration } from "../configuration.js";
import { VERSION } from "../version.js";
import type { InitOptions } from "./options.js";

/** Attributes of this process. No command line, user or path: those are nobody else's business. */
export function readResource(options: InitOptions, configuration: Configuration): Resource {
  const attributes: Attributes = {
    ...(options.captureMetadata === false ? {} : readProcess()),
    "telemetry.distro.name": "@kit/sdk",
    "telemetry.distro.version": VERSION,
    ...configuration.pairs("OTEL_RESOURCE_ATTRIBUTES"),
    ...options.resourceAttributes,
  };
  const name = readServiceName(options, configuration) ?? readAgentName(options, configuration);
  if (name !== undefined) attributes["service.name"] = name;
  return defaultResource().merge(resourceFromAttributes(attributes));
}

function readProcess(): Attributes {
  return {
    "process.pid": process.pid,
    "process.runtime.name": "nodejs",
    "process.runtime.version": process.versions.node,
  };
}

/** The explicitly configured service name, if any. */
export function readServiceName(options: InitOptions, configuration: Configuration): string | undefined {
  const place = { option: "serviceName", value: options.serviceName, variables: ["OTEL_SERVICE_NAME"] };
  const name = configuration.string(place) ?? options.resourceAttributes?.["service.name"];
  return typeof name === "string" ? name : configuration.pairs("OTEL_RESOURCE_ATTRIBUTES")["service.name"];
}

/** The agent's name, which also names the service; the host name, its default, would be useless to a collector. */
export function readAgentName({ agentName }: InitOptions, configuration: Configuration): string | undefined {
  return configuration.string({ option: "agentName", value: agentName, variables: ["AGENTPULSE_AGENT"] });
}
