import { diag } from "@opentelemetry/api";
import type { HeaderFacts, ReadHeader } from "../adapter/operation.js";
import type { OperationEnd } from "../adapter/outcome.js";
import { isAmount } from "../adapter/usage.js";
import { inWords } from "./thrown.js";

interface Headers {
  get?: unknown;
  [name: string]: unknown;
}

/** Reads facts from the headers of an answer, which SDKs keep as `Headers` or, on older errors, as an object. */
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
    diag.debug("the headers of an answer could not be read", inWords(error));
    return undefined;
  }
}

/** Adds to the end of a call what the headers of its answer say. */
export function withHeaderFacts(end: OperationEnd, told: HeaderFacts, streamed: boolean): OperationEnd {
  const { response, outcome } = end;
  const { provider, free } = told;
  const costUsd = free === true ? 0 : told.costUsd;
  const whole = outcome === "completed" && response?.error === undefined && !streamed;
  // Headers are sent before a stream's tokens are counted, and with failures too: a zero means nothing there.
  const charged = isAmount(costUsd) && (costUsd > 0 || whole || free === true);
  return {
    ...end,
    response: {
      ...response,
      provider: provider ?? response?.provider,
      attributes: { ...response?.attributes, ...told.attributes },
      ...(charged && { usage: { ...response?.usage, costUsd } }),
    },
  };
}
