import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";
import type { Configuration } from "../configuration.js";

const SAMPLERS = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio()),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) =>
    new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio()) }),
} as const satisfies Record<string, (ratio: () => number) => Sampler>;

/** The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name. */
export function readSampler(configuration: Configuration): Sampler {
  const names = Object.keys(SAMPLERS) as (keyof typeof SAMPLERS)[];
  const name = configuration.choice({ variables: ["OTEL_TRACES_SAMPLER"] }, names, "parentbased_always_on");
  const create: (ratio: () => number) => Sampler = SAMPLERS[name];
  return create(() =>
    configuration.number({ variables: ["OTEL_TRACES_SAMPLER_ARG"] }, 1, { min: 0, max: 1 }),
  );
}
