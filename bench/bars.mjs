// What was promised, beside what was measured. A bar that is not met is said, never an error: machines differ.
import { withInterval } from "./statistics.mjs";

/** Most a call, a chunk or a call that is not sampled may add, as a multiple of what a hand-made span adds. */
const OF_FLOOR = 1.1;
/** Share of a bare call that counts as noise. */
const NOISE = 0.02;
/** Bytes that a stream without content may hold while it is open. */
const OPEN_STREAM = 4 * 1024;
/** Bytes of the text that the open streams of the measurement have answered so far. */
const STREAMED_TEXT = 2_000 * "four".length;
/** Bytes a call that are none: the smallest object has sixteen, and compiled code comes and goes. */
const LEFT_BEHIND = 4;
const THROUGHPUT = 0.97;
const DELAY = 1.1;
/** Milliseconds that start-up may take beyond what plain OpenTelemetry, and a loader thread, take. */
const START_COMMONJS = 15;
const START_ESM = 20;

const times = (ratio) => `${ratio.toFixed(2)}×`;
const percent = (share) => `${(share * 100).toFixed(1)} %`;
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
const ms = (value) => `${value.toFixed(0)} ms`;

/** A bar is met or missed only if the whole interval says so; what lies across it tells nothing. */
function verdict(isMet, { low, high }) {
  const [atBest, atWorst] = [isMet(low), isMet(high)];
  if (atBest && atWorst) return "met";
  return atBest || atWorst ? "within noise" : "**not met**";
}

const shown = ({ value, low, high }, show) =>
  low === high ? show(value) : `${show(value)} (${show(low)} to ${show(high)})`;

function atMost(what, bar, measured, show, beside = "") {
  return {
    what,
    bar: `≤ ${show(bar)}`,
    measured: shown(measured, show) + beside,
    verdict: verdict((value) => value <= bar, measured),
  };
}

const exactly = (value) => ({ value, low: value, high: value });

/** A difference that has one measurement for each side of each round, in its middle and its spread. */
function ofFloor(what, ratio) {
  const cpu = withInterval((pass) => ratio("cpu", pass));
  const wall = withInterval((pass) => ratio("wall", pass));
  return atMost(what, OF_FLOOR, wall, times, `; CPU ${shown(cpu, times)}`);
}

/** Bars of the calls of one kind, per workload and for a chunk alone. */
export function barsOfCalls(kind, rows) {
  const bars = rows.map(({ workload, span, beyond }) =>
    ofFloor(
      `${workload}, ${kind}, of a hand-made span`,
      (clock, pass) => 1 + beyond("kit", clock, pass) / span(clock, pass),
    ),
  );
  const streams = rows.filter(({ chunks }) => chunks !== undefined);
  const [short, long] = [streams.at(0), streams.at(-1)];
  if (short === undefined || short === long) return bars;
  const perChunk = (clock, pass) =>
    1 +
    (long.beyond("kit", clock, pass) - short.beyond("kit", clock, pass)) /
      (long.span(clock, pass) - short.span(clock, pass));
  return [...bars, ofFloor(`a chunk, ${kind}, of a hand-made span`, perChunk)];
}

/** Bars of calls that nobody records: what they add, as a share of the bare call. */
export function barsOfDisabled(rows) {
  return rows.map(({ workload, share }) =>
    atMost(
      `${workload}, disabled, of the bare call`,
      NOISE,
      share("wall"),
      percent,
      `; CPU ${shown(share("cpu"), percent)}`,
    ),
  );
}

/** Bars of the heap of `kit`, over the bare SDK. */
export function barsOfHeap(rows, { content }) {
  const of = (name) => rows.find(({ variant }) => variant === name);
  const [floor, kit] = [of("floor"), of("kit")];
  const most = content ? 2 * STREAMED_TEXT : OPEN_STREAM;
  const kind = content ? "with content" : "no content";
  const held = {
    ...atMost(`heap of an open stream, ${kind}`, most, exactly(kit.late), kib),
    measured: `${kib(kit.late)} (hand-made span ${kib(floor.late)})`,
  };
  if (kit.growth === undefined) return [held];
  const bytes = (count) => `${count.toFixed(2)} B`;
  const left = atMost(
    `heap that a call leaves behind, ${kind}`,
    LEFT_BEHIND,
    exactly(kit.growth),
    bytes,
    ` (hand-made span ${bytes(floor.growth)})`,
  );
  return [held, left];
}

/** Bars of 200 calls at a time. */
export function barsOfConcurrency(rows, { callMs }) {
  const of = (name) => rows.find(({ variant }) => variant === name);
  const [bare, floor, kit] = [of("bare"), of("floor"), of("kit")];
  const full = bare.cpu > 0.9 ? `, where the SDK alone fills its thread` : "";
  const what = `200 calls of ${callMs} ms${full}`;
  return [
    {
      what: `${what}: throughput of bare`,
      bar: `≥ ${times(THROUGHPUT)}`,
      measured: `${shown(kit.throughput, times)} (hand-made span ${times(floor.throughput.value)})`,
      verdict: verdict((value) => value >= THROUGHPUT, kit.throughput),
    },
    atMost(
      `${what}: event-loop delay p99 of bare`,
      DELAY,
      kit.p99,
      times,
      ` (hand-made span ${times(floor.p99.value)})`,
    ),
  ];
}

/** Bars of start-up. Where Node hooks modules in the application's thread there is no loader thread to allow for. */
export function barsOfStartup(rows, { hasSyncHooks }) {
  return rows.map(({ app, added }) => {
    const plain = added["plain OTel"].ms;
    const thread = hasSyncHooks ? 0 : added["loader thread"].ms;
    const bar = app === "CommonJS" ? plain + START_COMMONJS : plain + thread + START_ESM;
    return atMost(`start-up, ${app}`, bar, exactly(added.kit.ms), ms);
  });
}
