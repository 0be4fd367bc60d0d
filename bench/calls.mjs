// What each variant adds to a call. The difference to a hand-made span is measured inside one process, slice beside
// slice, as it is small; what the span itself adds, between processes of either, as Node 20 makes every promise dearer
// in a process that has a context manager at all.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { byStretch, lowerQuartile, median, withInterval } from "./statistics.mjs";
import { WORKLOADS } from "./workloads.mjs";

const WORKER = fileURLToPath(new URL("worker.mjs", import.meta.url));
const STANDARD = {
  library: "variants",
  content: false,
  sampled: true,
  enabled: true,
  workloads: Object.keys(WORKLOADS),
};

/** Runs variants side by side in a process of their own; answers by workload. */
async function run(variants, settings) {
  const child = fork(WORKER, [JSON.stringify({ ...STANDARD, ...settings, variants })], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const answers = {};
  child.on("message", ({ workload, ...answer }) => {
    answers[workload] = answer;
  });
  const [[code]] = await Promise.all([once(child, "exit"), once(child, "disconnect")]);
  if (code !== 0) throw new Error(`the worker of ${variants.join(" and ")} died`);
  return answers;
}

const CLOCKS = ["wall", "cpu"];
const quickest = (samples, clock) => lowerQuartile(samples.map((sample) => sample[clock]));

/** What the second variant of a process takes beyond the first, stretch by stretch. */
function differences(answers, clock) {
  return answers.flatMap(({ samples: [one, other] }) =>
    byStretch(
      one.map((sample, index) => [sample, other[index]]),
      (pairs) =>
        quickest(
          pairs.map(([, sample]) => sample),
          clock,
        ) -
        quickest(
          pairs.map(([sample]) => sample),
          clock,
        ),
    ),
  );
}

/** What a call of the first variant takes in each process. */
function levels(answers, clock) {
  return answers.map(({ samples }) => quickest(samples[0], clock));
}

/**
 * Rows by workload: `span` is what a hand-made span adds to the bare call, `beyond` what a variant adds over that. Both
 * take a clock and how measurements are passed on, for {@link withInterval}.
 */
export async function measure(variants, settings, { processes }) {
  const runs = { bare: [], floor: [] };
  for (let index = 0; index < processes; index += 1) {
    for (const variant of variants) {
      const isPeer = !["bare", "floor", "kit"].includes(variant);
      if (isPeer && index > 0) continue;
      const alone = variant === "bare" || variant === "floor";
      runs[variant] ??= [];
      runs[variant].push(await run(alone ? [variant] : ["floor", variant], settings));
    }
  }
  const { workloads } = { ...STANDARD, ...settings };
  return workloads.map((workload) => toRow(workload, variants, runs));
}

function toRow(workload, variants, runs) {
  const answers = (variant) => runs[variant].map((answered) => answered[workload]);
  const bare = byClock((clock) => levels(answers("bare"), clock));
  const floor = byClock((clock) => levels(answers("floor"), clock));
  const beyond = Object.fromEntries(
    variants.slice(2).map((variant) => [variant, byClock((clock) => differences(answers(variant), clock))]),
  );
  return {
    workload,
    chunks: WORKLOADS[workload].chunks,
    bare: median(bare.wall),
    span: (clock, pass = asMeasured) => median(pass(floor[clock])) - median(pass(bare[clock])),
    beyond: (variant, clock, pass = asMeasured) =>
      variant === "floor" ? 0 : median(pass(beyond[variant][clock])),
    attributes: runs.kit[0][workload].attributes,
  };
}

const asMeasured = (values) => values;

function byClock(of) {
  return Object.fromEntries(CLOCKS.map((clock) => [clock, of(clock)]));
}

/** What an instrumentation that is switched off adds, as a share of the bare call beside it. */
export async function measureDisabled(settings, { processes }) {
  const runs = [];
  for (let index = 0; index < processes; index += 1)
    runs.push(await run(["bare", "kit"], { ...settings, enabled: false }));
  const { workloads } = { ...STANDARD, ...settings };
  return workloads.map((workload) => {
    const answers = runs.map((answered) => answered[workload]);
    const bare = byClock((clock) => levels(answers, clock));
    const beyond = byClock((clock) => differences(answers, clock));
    return {
      workload,
      bare: median(bare.wall),
      share: (clock) => withInterval((pass) => median(pass(beyond[clock])) / median(bare[clock])),
    };
  });
}

/** What each variant adds to a call, between processes of its own: for those that cannot stand beside another. */
export async function measureAlone(variants, settings, { processes }) {
  const levelsOf = Object.fromEntries(variants.map((variant) => [variant, []]));
  const [workload] = settings.workloads;
  for (let index = 0; index < processes; index += 1) {
    for (const variant of variants) {
      const answers = await run([variant], settings);
      levelsOf[variant].push(...levels([answers[workload]], "wall"));
    }
  }
  const [bare, ...others] = variants;
  return {
    bare: median(levelsOf[bare]),
    added: others.map((variant) => [
      variant,
      withInterval((pass) => median(pass(levelsOf[variant])) - median(pass(levelsOf[bare]))),
    ]),
  };
}
