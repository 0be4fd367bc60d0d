// `npm run bench [-- --quick]`: everything in one run on this machine; ratios count, absolute figures drift.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const quick = process.argv.includes("--quick");
const VARIANTS = ["bare", "floor", "kit", "contrib", "traceloop", "openinference"];

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
  execFileSync("npm", flags, { cwd: HERE, stdio: "inherit" });
}

const { measure } = await import("./calls.mjs");
const { measureConcurrency } = await import("./concurrency.mjs");
const { measureHeap } = await import("./heap.mjs");
const { measureStartup } = await import("./startup.mjs");

const micros = (nanoseconds) => `${(nanoseconds / 1_000).toFixed(1)} µs`;
const times = (ratio) => `${ratio.toFixed(2)}×`;

function table(title, head, rows) {
  console.log(`\n## ${title}\n\n| ${head.join(" | ")} |\n|${head.map(() => "---").join("|")}|`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
}

async function calls(title, settings, variants) {
  const rows = await measure(variants, settings, { rounds: quick ? 3 : 11 });
  const shown = variants.slice(1);
  table(
    title,
    ["workload", "bare", ...shown],
    rows.map(({ workload, bare, added }) => [
      workload,
      micros(bare),
      ...shown.map((variant) => `+${micros(added[variant])} (${times(added[variant] / added.floor)})`),
    ]),
  );
}

console.log(
  `# Benchmarks on Node ${process.version}\n\nAdded to the bare SDK; in brackets as a multiple of one hand-made span.`,
);
await calls("Calls, no content", {}, VARIANTS);
await calls("Calls, with content", { content: true }, VARIANTS);
await calls("Calls, not sampled", { sampled: false }, VARIANTS);
await calls("Calls, instrumentation disabled", { enabled: false }, ["bare", "floor", "kit"]);

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
const heapOf = (content) =>
  measureHeap(VARIANTS, { calls: quick ? 5_000 : 100_000, content }).map(
    ({ variant, early, late, growth }) => [variant, kib(early), kib(late), kib(growth)],
  );
const heapHead = ["over bare", "open stream, 10 chunks", "open stream, 2,000 chunks", "left by many calls"];
table("Heap, no content", heapHead, heapOf(false));
table("Heap, with content", heapHead, heapOf(true));

table(
  "200 concurrent calls of 5 ms, as a share of bare",
  ["variant", "throughput", "event-loop delay p99"],
  measureConcurrency(VARIANTS, { rounds: quick ? 1 : 5 }).map(({ variant, throughput, p99 }) => [
    variant,
    times(throughput),
    times(p99),
  ]),
);

const startups = measureStartup({ rounds: quick ? 3 : 11 });
const names = Object.keys(startups[0].added);
table(
  "Start-up: added until the application is ready",
  ["application", "bare", ...names],
  startups.map(({ app, bare, added }) => [
    app,
    `${bare.toFixed(0)} ms`,
    ...names.map((name) => `+${added[name].ms.toFixed(0)} ms, ${added[name].mib.toFixed(1)} MiB`),
  ]),
);
