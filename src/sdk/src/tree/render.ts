import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { Facts } from "./facts.js";
import { formatCount, formatMs, formatUsd } from "./numbers.js";
import { cut, type Paint, widthOf } from "./paint.js";
import { type Node, toNodes, totalsOf } from "./trace.js";

export interface RenderOptions {
  readonly paint: Paint;
  /** Cells of a line. Names and errors are cut to it. */
  readonly width: number;
  /** Says after the trace id why the tree is not the whole trace. */
  readonly note?: string;
}

interface Row {
  readonly branch: string;
  readonly facts: Facts;
}

interface Column {
  readonly title: string;
  readonly text: (facts: Facts) => string;
}

const NARROWEST_NAME = 16;
/** Longer names are cut to make room for an error. */
const NAME_BESIDE_ERROR = 36;
/** An error gets at least this much, even if its line wraps: it is what people look for. */
const NARROWEST_ERROR = 40;
/** Cells. What is deeper is shown beside its parent: a name at the end of a line of thousands of blanks is not found. */
const DEEPEST_INDENT = 120;
const GAP = "  ";

const COLUMNS: readonly Column[] = [
  { title: "in", text: ({ inputTokens }) => optional(inputTokens, formatCount) },
  { title: "cached", text: ({ cachedTokens }) => optional(cachedTokens || undefined, formatCount) },
  { title: "out", text: ({ outputTokens }) => optional(outputTokens, formatCount) },
  { title: "cost", text: ({ costUsd }) => optional(costUsd, formatUsd) },
  { title: "1st chunk", text: ({ firstChunkMs }) => optional(firstChunkMs, formatMs) },
  { title: "time", text: ({ durationMs }) => formatMs(durationMs) },
];

/** One trace as text: a heading, then one line for each span, figures in columns. */
export function renderTrace(spans: readonly ReadableSpan[], options: RenderOptions): string {
  const nodes = toNodes(spans);
  const rows = toRows(nodes);
  // A column that is empty for every span would only take up space.
  const columns = COLUMNS.filter((column) => rows.some(({ facts }) => column.text(facts) !== ""));
  const widths = columns.map((column) =>
    Math.max(widthOf(column.title), ...rows.map(({ facts }) => widthOf(column.text(facts)))),
  );
  const figures = widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const longest = Math.max(...rows.map(({ branch, facts }) => widthOf(branch) + widthOf(facts.name)));
  const room = options.width - figures - 2;
  const errorWidth = Math.max(...rows.map(({ facts }) => Math.min(widthOf(errorOf(facts)), NARROWEST_ERROR)));
  const nameWidth = Math.max(
    Math.min(longest, room, Math.max(room - errorWidth, NAME_BESIDE_ERROR)),
    NARROWEST_NAME,
  );
  const { paint } = options;
  const titles = columns.map((column, index) => GAP + column.title.padStart(widths[index] ?? 0)).join("");
  const lines = rows.map(({ branch, facts }) => {
    const name = cut(facts.name, Math.max(nameWidth - widthOf(branch), 1));
    const padding = " ".repeat(Math.max(nameWidth - widthOf(branch) - widthOf(name), 0));
    const cells = columns
      .map((column, index) => GAP + column.text(facts).padStart(widths[index] ?? 0))
      .join("");
    const remark = remarkOn(facts, room - nameWidth, paint);
    return `${paint("dim", branch)}${paintName(name, facts, paint)}${padding}${cells}${remark}`;
  });
  // A single column of times needs no header.
  const header = columns.length > 1 ? [paint("dim", " ".repeat(nameWidth) + titles)] : [];
  return [heading(spans, nodes, options), ...header, ...lines, ""].map((line) => line.trimEnd()).join("\n");
}

function heading(spans: readonly ReadableSpan[], nodes: readonly Node[], options: RenderOptions): string {
  const { spans: count, tokens, costUsd, durationMs } = totalsOf(spans, nodes);
  const facts = [
    `${formatCount(count)} ${count === 1 ? "span" : "spans"}`,
    formatMs(durationMs),
    ...(tokens > 0 ? [`${formatCount(tokens)} tokens`] : []),
    ...(costUsd == null ? [] : [formatUsd(costUsd)]),
    ...(options.note == null ? [] : [options.note]),
  ];
  const id = spans[0]?.spanContext().traceId ?? "";
  return `${options.paint("bold", `trace ${id}`)}  ${options.paint("dim", facts.join(" · "))}`;
}

/** One row for each node, those below it right after it. */
function toRows(roots: readonly Node[]): Row[] {
  const rows: Row[] = [];
  const waiting = roots.toReversed().map((node) => ({ node, branch: "", indent: "" }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, branch, indent } = next;
    rows.push({ branch, facts: node.facts });
    const isDeepest = indent.length >= DEEPEST_INDENT;
    for (const [index, child] of [...node.children.entries()].reverse()) {
      const isLast = index === node.children.length - 1;
      waiting.push({
        node: child,
        branch: `${indent}${isLast ? "└─ " : "├─ "}`,
        indent: isDeepest ? indent : `${indent}${isLast ? "   " : "│  "}`,
      });
    }
  }
  return rows;
}

function paintName(name: string, facts: Facts, paint: Paint): string {
  if (facts.failure != null) return paint("red", name);
  return facts.inputTokens == null && facts.outputTokens == null ? name : paint("cyan", name);
}

function errorOf({ failure }: Facts): string {
  return failure == null ? "" : `✗ ${failure}`;
}

function remarkOn(facts: Facts, room: number, paint: Paint): string {
  const error = errorOf(facts);
  if (error !== "") return `${GAP}${paint("red", cut(error, Math.max(room, NARROWEST_ERROR)))}`;
  return facts.outcome == null ? "" : `${GAP}${paint("yellow", facts.outcome)}`;
}

function optional<Value>(value: Value | undefined, format: (value: Value) => string): string {
  return value == null ? "" : format(value);
}
