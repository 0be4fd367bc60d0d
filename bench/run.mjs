// `npm run bench [-- --quick]`: everything in one run on this machine; ratios count, absolute figures drift. About
// twenty minutes on a quiet machine; quick, without the peers' calls, ten.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";
import { npmCommand } from "../scripts/npm.mjs";
import { barsOfCalls, barsOfConcurrency, barsOfDisabled, barsOfHeap, barsOfStartup } from "./bars.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const quick = process.argv.includes("--quick");
const PEERS = quick ? [] : ["contrib", "traceloop", "openinference"];
const VARIANTS = ["bare", "floor", "kit", ...PEERS];

if (!existsSync(new URL("node_modules", import.meta.url))) {
  console.log("bench: installing the peers");
  const flags = [
    "ci",
    "--no-workspaces",
    "--legacy-peer-deps",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  execFileSync(...npmCommand(flags), { cwd: HERE, stdio: "inherit" });
}

const { measure, measureAlone, measureDisabled } = await import("./calls.mjs");
const { measureConcurrency } = await import("./concurrency.mjs");
const { measureHeap } = await import("./heap.mjs");
const { measureStartup } = await import("./startup.mjs");
const { LANGCHAIN } = await import("./workloads.mjs");

const micros = (nanoseconds) => `${(nanoseconds / 1_000).toFixed(1)} µs`;
const times = (ratio) => `${ratio.toFixed(2)}×`;
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
const bars = [];
const TURNS = { turnMs: 60, turns: quick ? 6 : 10 };
const PROCESSES = quick ? 3 : 4;
/** What a sampler refuses is the same whatever a stream brings later. */
const SHORT = ["chat, 1 KB", "chat, 20 messages, 20 KB, tools", "stream of 20 chunks"];

function table(title, head, rows) {
  console.log(`\n## ${title}\n\n| ${head.join(" | ")} |\n|${head.map(() => "---").join("|")}|`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
}

/** A comparison with a span that says less would be no comparison. */
function sayWhereAttributesDiffer(rows) {
  for (const { workload, attributes } of rows) {
    const { floor, kit } = attributes;
    const only = (one, other) => one.filter((name) => !other.includes(name));
    const [extra, missing] = [only(kit, floor), only(floor, kit)];
    if (extra.length + missing.length > 0)
      console.log(`\n${workload}: not of the hand-made span: ${extra}; only of it: ${missing}`);
  }
}

function sayWhatIsCold(rows) {
  for (const { workload, settled } of rows)
    if (!settled) console.log(`\n${workload}: still got quicker when its warm-up had lasted its longest`);
}

async function calls(title, settings) {
  const rows = await measure(VARIANTS, { ...TURNS, ...settings }, { processes: PROCESSES });
  const shown = VARIANTS.slice(1);
  table(
    title,
    ["workload", "bare", ...shown],
    rows.map(({ workload, bare, span, beyond }) => [
      workload,
      micros(bare),
      ...shown.map((variant) => {
        const added = span("wall") + beyond(variant, "wall");
        return `+${micros(added)} (${times(added / span("wall"))})`;
      }),
    ]),
  );
  sayWhatIsCold(rows);
  return rows;
}

async function callsByKind() {
  for (const [kind, settings] of [
    ["no content", {}],
    ["with content", { content: true }],
  ]) {
    const rows = await calls(`Calls, ${kind}`, settings);
    sayWhereAttributesDiffer(rows);
    bars.push(...barsOfCalls(kind, rows));
  }
  const unsampled = await calls("Calls, not sampled", { sampled: false, workloads: SHORT });
  bars.push(...barsOfCalls("not sampled", unsampled));
  const disabled = { ...TURNS, workloads: SHORT };
  bars.push(...barsOfDisabled(await measureDisabled(disabled, { processes: PROCESSES })));
}

async function langchain() {
  const rows = [];
  for (const content of [false, true]) {
    const settings = { ...TURNS, library: "langchain", workloads: Object.keys(LANGCHAIN), content };
    const { bare, added } = await measureAlone(["bare", "floor", "kit", "openinference"], settings, {
      processes: PROCESSES,
    });
    const shown = added.map(
      ([, { value, low, high }]) => `+${micros(value)} (${micros(low)} to ${micros(high)})`,
    );
    rows.push([content ? "with content" : "no content", micros(bare), ...shown]);
  }
  const head = ["chat, 1 KB", "bare", "a handler that does nothing", "kit's handler", "openinference"];
  table("LangChain", head, rows);
}

function heap(content) {
  // What is compiled on the way hides what fewer calls leave.
  const many = quick ? 0 : 100_000;
  const rows = measureHeap(VARIANTS, { calls: many, streams: quick ? 20 : 200, content });
  table(
    `Heap over bare, ${content ? "with" : "no"} content`,
    ["variant", "open stream, 10 chunks", "open stream, 2,000 chunks", `left by each of ${many} calls`],
    rows.map(({ variant, early, late, growth }) => [
      variant,
      kib(early),
      kib(late),
      growth === undefined ? "" : `${growth.toFixed(2)} B`,
    ]),
  );
  bars.push(...barsOfHeap(rows, { content }));
}

function concurrency(callMs) {
  const rows = measureConcurrency(VARIANTS, { rounds: quick ? 3 : 5, callMs, calls: quick ? 3_000 : 6_000 });
  table(
    `200 concurrent calls of ${callMs} ms, as a share of bare`,
    ["variant", "calls per second", "throughput", "event-loop delay p99", "processors busy"],
    rows.map(({ variant, perSecond, throughput, p99, cpu }) => [
      variant,
      perSecond.toFixed(0),
      times(throughput.value),
      times(p99.value),
      cpu.toFixed(2),
    ]),
  );
  bars.push(...barsOfConcurrency(rows, { callMs }));
}

function startup() {
  const rows = measureStartup({ rounds: quick ? 3 : 9 });
  const names = Object.keys(rows[0].added);
  table(
    "Start-up: added until the application is ready",
    ["application", "bare", ...names],
    rows.map(({ app, bare, added }) => [
      app,
      `${bare.toFixed(0)} ms`,
      ...names.map((name) => `+${added[name].ms.toFixed(0)} ms, ${added[name].mib.toFixed(1)} MiB`),
    ]),
  );
  bars.push(...barsOfStartup(rows, { hasSyncHooks: typeof module.registerHooks === "function" }));
}

console.log(
  `# Benchmarks on Node ${process.version}\n\nAdded to the bare SDK; in brackets as a multiple of one hand-made span.`,
);
await callsByKind();
await langchain();
heap(false);
heap(true);
concurrency(5);
concurrency(50);
startup();
table(
  "Bars",
  ["what", "bar", "measured (8 of 10 repetitions)", ""],
  bars.map(({ what, bar, measured, verdict }) => [what, bar, measured, verdict]),
);
