export function median(values) {
  return quantile(values, 0.5);
}

export function quantile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}

/** What a measurement comes to when nothing else gets in its way: noise only ever adds. */
export function lowerQuartile(values) {
  return quantile(values, 0.25);
}

const drawn = (values) => values[Math.floor(Math.random() * values.length)];

/** As many values again, drawn from those that were measured: what the same measurement could have come to. */
export function resample(values) {
  return values.map(() => drawn(values));
}

/** So many stretches of a measurement, one after the other, each put into one figure. */
export function byStretch(samples, summarise, count = 10) {
  const size = Math.ceil(samples.length / count);
  const stretches = [];
  for (let start = 0; start < samples.length; start += size)
    stretches.push(summarise(samples.slice(start, start + size)));
  return stretches;
}

const REPEATS = 400;

/**
 * What `estimate` makes of the measurements, and between what it lies in eight of ten cases. `estimate` is given a
 * function that passes measurements on: as they are, or drawn again from themselves.
 */
export function withInterval(estimate) {
  const repeated = Array.from({ length: REPEATS }, () => estimate(resample));
  return {
    value: estimate((values) => values),
    low: quantile(repeated, 0.1),
    high: quantile(repeated, 0.9),
  };
}
