// What each variant adds to a call. The difference to a hand-made span is measured inside one process, slice beside
// slice, as it is small; what the span itself adds, between processes of either that take turns, as Node 20 makes every
// promise dearer in a process that has a context manager at all.
import { together } from "./processes.mjs";
import { median, withInterval } from "./statistics.mjs";
import { WORKLOADS } from "./workloads.mjs";

const STANDARD = {
  library: "variants",
  content: false,
  sampled: true,
  enabled: true,
  workloads: Object.keys(WORKLOADS),
  turns: 10,
};

/** As many times over, each time in processes of their own: what compiled code looks like is chance too. */
async function repeat(times, groups, settings) {
  const rounds = [];
  for (let index = 0; index < times; index += 1)
    rounds.push(await together(groups, { ...STANDARD, ...settings }));
  return rounds;
}

/** What one variant takes beyond another, by the round and the turn: `[group, side]` tells where each is found. */
function differences(rounds, workload, [group, side], [otherGroup, otherSide]) {
  return (clock) =>
    rounds.map(({ [workload]: { turns } }) =>
      turns[group].map((figures, turn) => figures[side][clock] - turns[otherGroup][turn][otherSide][clock]),
    );
}

/** What a call of one variant takes, by the round and the turn. */
function levels(rounds, workload, [group, side]) {
  return rounds.map(({ [workload]: { turns } }) => turns[group].map((figures) => figures[side].wall));
}

const BARE = [0, 0];
const FLOOR = [1, 0];
const asMeasured = (rounds) => rounds.flat();

/**
 * Rows by workload: `span` is what a hand-made span adds to the bare call, `beyond` what a variant adds over that. Both
 * take a clock and how measurements are passed on, for {@link withInterval}.
 */
export async function measure(variants, settings, { processes }) {
  const own = await repeat(processes, [["bare"], ["floor"], ["floor", "kit"]], settings);
  const peers = {};
  for (const peer of variants.filter((name) => !["bare", "floor", "kit"].includes(name)))
    peers[peer] = await repeat(1, [["floor", peer]], settings);
  const { workloads } = { ...STANDARD, ...settings };
  return workloads.map((workload) => toRow(workload, own, peers));
}

function toRow(workload, own, peers) {
  const span = differences(own, workload, FLOOR, BARE);
  const beyond = { kit: differences(own, workload, [2, 1], [2, 0]) };
  for (const [peer, rounds] of Object.entries(peers))
    beyond[peer] = differences(rounds, workload, [0, 1], [0, 0]);
  return {
    workload,
    chunks: WORKLOADS[workload].chunks,
    bare: median(asMeasured(levels(own, workload, BARE))),
    span: (clock, pass = asMeasured) => median(pass(span(clock))),
    beyond: (variant, clock, pass = asMeasured) =>
      variant === "floor" ? 0 : median(pass(beyond[variant](clock))),
    attributes: own[0][workload].attributes,
    settled: [own, ...Object.values(peers)].flat().every(({ [workload]: { settled } }) => settled),
  };
}

/** What an instrumentation that is switched off adds, as a share of the bare call beside it. */
export async function measureDisabled(settings, { processes }) {
  const rounds = await repeat(processes, [["bare", "kit"]], { ...settings, enabled: false });
  const { workloads } = { ...STANDARD, ...settings };
  return workloads.map((workload) => {
    const bare = median(asMeasured(levels(rounds, workload, BARE)));
    const beyond = differences(rounds, workload, [0, 1], [0, 0]);
    return {
      workload,
      bare,
      share: (clock) => withInterval((pass) => median(pass(beyond(clock))) / bare),
    };
  });
}

/** What each variant adds to a call, each in processes of its own: for those that cannot stand beside another. */
export async function measureAlone(variants, settings, { processes }) {
  const groups = variants.map((variant) => [variant]);
  const rounds = await repeat(processes, groups, settings);
  const [workload] = settings.workloads;
  return {
    bare: median(asMeasured(levels(rounds, workload, BARE))),
    added: variants.slice(1).map((variant, index) => {
      const beyond = differences(rounds, workload, [index + 1, 0], BARE);
      return [variant, withInterval((pass) => median(pass(beyond("wall"))))];
    }),
  };
}
