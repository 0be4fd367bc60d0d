import { diag } from "@opentelemetry/api";
import type { HeaderFacts, ReadHeader } from "./operation.js";

interface Headers {
  get?: unknown;
  [name: string]: unknown;
}

/** Reads the facts that the headers of an answer tell; the SDKs keep headers as `Headers` or, on older errors, as an object. */
export function readHeaders(
  headers: unknown,
  read: (header: ReadHeader) => HeaderFacts | undefined,
): HeaderFacts | undefined {
  if (typeof headers !== "object" || headers === null) return undefined;
  const known = headers as Headers;
  try {
    return read((name) => {
      const value: unknown = typeof known.get === "function" ? known.get(name) : known[name];
      return typeof value === "string" ? value : undefined;
    });
  } catch (error) {
    diag.debug("the headers of an answer could not be read", String(error));
    return undefined;
  }
}
