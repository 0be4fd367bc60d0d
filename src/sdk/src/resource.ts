import type { Attributes } from "@opentelemetry/api";
import { defaultResource, type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import type { Configuration } from "./configuration.js";
import type { InitOptions } from "./options.js";
import { VERSION } from "./version.js";

/** Facts about this process. No command line, user or path: those belong to nobody else. */
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

/** The name that somebody gave the service, if anybody did. */
export function readServiceName(options: InitOptions, configuration: Configuration): string | undefined {
  const place = { option: "serviceName", value: options.serviceName, variables: ["OTEL_SERVICE_NAME"] };
  const name = configuration.string(place) ?? options.resourceAttributes?.["service.name"];
  return typeof name === "string" ? name : configuration.pairs("OTEL_RESOURCE_ATTRIBUTES")["service.name"];
}

/** The name of the agent, which needs no second one as a service; that of its host would say nothing to a collector. */
export function readAgentName({ agentName }: InitOptions, configuration: Configuration): string | undefined {
  return configuration.string({ option: "agentName", value: agentName, variables: ["AGENTPULSE_AGENT"] });
}
