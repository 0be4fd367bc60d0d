// What was promised, beside what was measured. A bar that is not met is said, never an error: machines differ.

/** Most a call, a chunk or a call that is not sampled may add, as a multiple of what a hand-made span adds. */
const OF_FLOOR = 1.1;
/** Share of a bare call that counts as noise. */
const NOISE = 0.02;
/** Bytes that a stream without content may hold while it is open. */
const OPEN_STREAM = 4 * 1024;
/** Bytes of the text that the open streams of the measurement have answered so far. */
const STREAMED_TEXT = 2_000 * "four".length;
/** Bytes that 100,000 calls may leave for want of an exact measure: a tenth of a byte each. */
const LEFT_BEHIND = 10 * 1024;
const THROUGHPUT = 0.97;
const DELAY = 1.1;
/** Milliseconds that start-up may take beyond what plain OpenTelemetry, and a loader thread, take. */
const START_COMMONJS = 15;
const START_ESM = 20;

const times = (ratio) => `${ratio.toFixed(2)}×`;
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
const atMost = (what, bar, measured, show) => ({
  what,
  bar: `≤ ${show(bar)}`,
  measured: show(measured),
  met: measured <= bar,
});

/** Bars of the calls of one kind, per workload and for a chunk alone. */
export function barsOfCalls(kind, rows) {
  const ofFloor = (added) => added.kit / added.floor;
  const bars = rows.map(({ workload, added }) =>
    atMost(`${workload}, ${kind}, of a hand-made span`, OF_FLOOR, ofFloor(added), times),
  );
  const streams = rows.filter(({ chunks }) => chunks !== undefined);
  const [short, long] = [streams.at(0), streams.at(-1)];
  if (short === undefined || short === long) return bars;
  const perChunk = (variant) => long.added[variant] - short.added[variant];
  const ratio = perChunk("kit") / perChunk("floor");
  return [...bars, atMost(`a chunk, ${kind}, of a hand-made span`, OF_FLOOR, ratio, times)];
}

/** Bars of calls that nobody records: what they add, as a share of the bare call. */
export function barsOfDisabled(rows) {
  const percent = (share) => `${(share * 100).toFixed(1)} %`;
  return rows.map(({ workload, bare, added }) =>
    atMost(`${workload}, disabled, of the bare call`, NOISE, added.kit / bare, percent),
  );
}

/** Bars of the heap of `kit`, over the bare SDK. */
export function barsOfHeap(rows, { content }) {
  const { late, growth } = rows.find(({ variant }) => variant === "kit");
  const held = content
    ? atMost("heap of an open stream, with content", 2 * STREAMED_TEXT, late, kib)
    : atMost("heap of an open stream, no content", OPEN_STREAM, late, kib);
  const left = atMost(
    `heap left by many calls, ${content ? "with" : "no"} content`,
    LEFT_BEHIND,
    growth,
    kib,
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
      measured: `${times(kit.throughput)} (hand-made span ${times(floor.throughput)})`,
      met: kit.throughput >= THROUGHPUT,
    },
    {
      ...atMost(`${what}: event-loop delay p99 of bare`, DELAY, kit.p99, times),
      measured: `${times(kit.p99)} (hand-made span ${times(floor.p99)})`,
    },
  ];
}

/** Bars of start-up. Where Node hooks modules in the application's thread there is no loader thread to allow for. */
export function barsOfStartup(rows, { hasSyncHooks }) {
  const ms = (value) => `${value.toFixed(0)} ms`;
  return rows.map(({ app, added }) => {
    const plain = added["plain OTel"].ms;
    const thread = hasSyncHooks ? 0 : added["loader thread"].ms;
    const bar = app === "CommonJS" ? plain + START_COMMONJS : plain + thread + START_ESM;
    return atMost(`start-up, ${app}`, bar, added.kit.ms, ms);
  });
}
