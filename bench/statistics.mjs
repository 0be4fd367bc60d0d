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

const drawn = (values) => values.map(() => values[Math.floor(Math.random() * values.length)]);

/**
 * As many measurements again, drawn from those that were taken: what the same measuring could have come to. Rounds are
 * drawn first and then what was measured in each, as what a round had in common is chance too.
 */
function resample(rounds) {
  return drawn(rounds).flatMap(drawn);
}

const REPEATS = 400;

/**
 * What `estimate` makes of the measurements, and between what it lies in eight of ten cases. `estimate` is given a
 * function that passes on measurements, a list for each round: all as they are, or drawn again from themselves.
 */
export function withInterval(estimate) {
  const repeated = Array.from({ length: REPEATS }, () => estimate(resample));
  return {
    value: estimate((rounds) => rounds.flat()),
    low: quantile(repeated, 0.1),
    high: quantile(repeated, 0.9),
  };
}
