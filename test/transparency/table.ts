// `npm run transparency:table`: runs the full matrix and writes its result into the READMEs.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { APPS, findNodes, NODE_MAJORS, type PlaceResult, runPlace } from "./matrix.js";

/** The suite's own page, and the front page of the house. */
const READMES = ["../README.md", "../../../README.md"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
const MARKS = ["<!-- table: written by npm run transparency:table -->", "<!-- /table -->"] as const;

interface Column {
  readonly node: string;
  readonly module: "cjs" | "esm";
}

const nodes = await findNodes(NODE_MAJORS);
if (nodes.length < NODE_MAJORS.length) {
  console.error(`transparency: not every one of Node ${NODE_MAJORS.join(", ")} can be had here`);
}
const columns = nodes.flatMap((node): Column[] => [
  { node, module: "cjs" },
  { node, module: "esm" },
]);

let heads: string[] = [];
const rows: string[] = [];
for (const [sdk, apps] of Object.entries(APPS)) {
  for (const app of apps) {
    const results = await Promise.all(columns.map(({ node, module }) => runPlace({ app, module, node })));
    heads = results.map(
      ({ node }, at) => `Node ${node.slice(1)}, ${columns[at]?.module === "cjs" ? "require" : "import"}`,
    );
    const [first] = results;
    rows.push(`| ${sdk} ${first?.version} | ${first?.verdicts.length} | ${results.map(cell).join(" | ")} |`);
    console.log(rows.at(-1));
    for (const { verdicts, node } of results) report(`${app}, ${node}`, verdicts);
  }
}
const lines = [
  `| SDK | ways of calling | ${heads.join(" | ")} |`,
  `|---|---|${heads.map(() => "---|").join("")}`,
  ...rows,
];
for (const readme of READMES) writeFileSync(readme, between(readFileSync(readme, "utf8"), lines.join("\n")));

/** How often the application saw no difference, and how often each call had its one right span. */
function cell(result: PlaceResult): string {
  const equal = result.verdicts.filter(({ differences }) => differences.length === 0).length;
  const spans = result.verdicts.filter(({ spans }) => spans === undefined).length;
  return `${equal} / ${spans}${switchesCleanly(result) ? "" : ", does not switch cleanly"}`;
}

function switchesCleanly({ switching, aftermath }: PlaceResult): boolean {
  const { during, after, afterAgain, keepsEarlierPatch, keepsLaterPatch } = switching;
  const onlyValues = during.every((change) => change.endsWith(": value"));
  const givenBack = after.length + afterAgain.length === 0;
  const counted = aftermath.spansWhenTwice === 1 && aftermath.spansWhenDisabled === 0;
  return onlyValues && givenBack && keepsEarlierPatch && keepsLaterPatch && counted;
}

function report(place: string, verdicts: PlaceResult["verdicts"]): void {
  for (const { name, differences, spans } of verdicts) {
    for (const difference of differences) console.log(`  ${place}: ${name}: ${difference}`);
    if (spans) console.log(`  ${place}: ${name}: ${spans}`);
  }
}

function between(text: string, table: string): string {
  const [start, end] = MARKS.map((mark) => text.indexOf(mark));
  if (start === undefined || end === undefined || start < 0 || end < 0)
    throw new Error("README.md has no table marks");
  return `${text.slice(0, start + MARKS[0].length)}\n${table}\n${text.slice(end)}`;
}
