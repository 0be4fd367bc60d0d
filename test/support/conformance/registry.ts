import { readFileSync } from "node:fs";

/** When an attribute is due: `check` is machine-readable where a span alone can answer it. */
export interface Condition {
  readonly attr: string;
  readonly when: string;
  readonly check?: string;
}

/** What the registry says of one attribute. */
export interface AttributeRule {
  readonly type: string;
  readonly enum?: readonly string[];
  readonly onlyValue?: boolean;
  readonly deprecated?: { readonly replacedBy: string | null };
  /** File name of the JSON schema of a content attribute. */
  readonly schema?: string;
  readonly sensitive?: boolean;
  /** Token counts that this one is a part of. */
  readonly subsetOf?: readonly string[];
}

interface Levels {
  readonly required: readonly string[];
  readonly conditionallyRequired: readonly Condition[];
  readonly recommended: readonly string[];
  readonly recommendedWhen: readonly Condition[];
  readonly optIn: readonly string[];
}

/** One span type, such as `gen_ai.client.inference`. */
export interface SpanRule extends Levels {
  readonly operationNames: readonly (string | null)[];
  readonly kind: string;
  readonly allowedKinds: readonly string[];
  readonly nameKey: string | readonly string[] | null;
  readonly nameAlternatives?: readonly string[];
  readonly samplingRelevant: readonly string[];
  readonly samplingRelevantByContract?: readonly string[];
  readonly forbidden?: readonly string[];
  readonly fixedValues?: Readonly<Record<string, string>>;
  readonly refines?: string;
  readonly selector?: Readonly<Record<string, string>>;
  readonly relaxedByContract?: readonly string[];
}

/** One metric with its instrument. */
export interface MetricRule extends Levels {
  readonly instrument: string;
  readonly unit: string;
  readonly valueType: string;
  readonly buckets?: readonly number[];
  readonly operations?: readonly string[];
  readonly excludedOperations?: readonly string[];
  readonly providerExtras?: Readonly<Record<string, readonly string[]>>;
}

/** One log event. */
export interface EventRule extends Levels {
  readonly severityNumber: number | null;
}

interface Registry {
  readonly schemaUrl: string;
  readonly attributes: Readonly<Record<string, AttributeRule>>;
  readonly spans: Readonly<Record<string, SpanRule>>;
  readonly metrics: Readonly<Record<string, MetricRule>>;
  readonly events: Readonly<Record<string, EventRule>>;
  readonly forbidden: {
    readonly attributes: readonly string[];
    readonly attributePrefixes: readonly string[];
    readonly inventedAttributes: readonly string[];
    readonly metrics: readonly string[];
    readonly events: readonly string[];
  };
  readonly contentParts: {
    readonly definitionByType: Readonly<Record<string, string>>;
    readonly toolDefinitionByType: Readonly<Record<string, string>>;
  };
  readonly conformanceRules: readonly { readonly id: string; readonly notExpected?: readonly string[] }[];
}

const SEMCONV = new URL("../../semconv/", import.meta.url);

/** Reads one file of `test/semconv`, where the registry and the content schemas stand as test data. */
export function readSemconv(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, SEMCONV), "utf8"));
}

/** The GenAI conventions this project follows, in machine-readable form. */
export const registry = readSemconv("genai-registry.json") as Registry;
