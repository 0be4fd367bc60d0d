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
  const rows = nodes.flatMap((node) => toRows(node, "", ""));
  // A column that no span of the trace fills would only push the others aside.
  const columns = COLUMNS.filter((column) => rows.some(({ facts }) => column.text(facts) !== ""));
  const widths = columns.map((column) =>
    Math.max(widthOf(column.title), ...rows.map(({ facts }) => widthOf(column.text(facts)))),
  );
  const figures = widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const longest = Math.max(...rows.map(({ branch, facts }) => widthOf(branch) + widthOf(facts.name)));
  const nameWidth = Math.max(Math.min(longest, options.width - figures - 2), NARROWEST_NAME);
  const { paint } = options;
  const titles = columns.map((column, index) => GAP + column.title.padStart(widths[index] ?? 0)).join("");
  const lines = rows.map(({ branch, facts }) => {
    const name = cut(facts.name, Math.max(nameWidth - widthOf(branch), 1));
    const padding = " ".repeat(Math.max(nameWidth - widthOf(branch) - widthOf(name), 0));
    const cells = columns
      .map((column, index) => GAP + column.text(facts).padStart(widths[index] ?? 0))
      .join("");
    const room = options.width - nameWidth - figures - 2;
    return `${paint("dim", branch)}${paintName(name, facts, paint)}${padding}${cells}${remark(facts, room, paint)}`;
  });
  // Over times alone there is nothing to tell apart.
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

function toRows({ facts, children }: Node, branch: string, indent: string): Row[] {
  const last = children.length - 1;
  return [
    { branch, facts },
    ...children.flatMap((child, index) =>
      toRows(
        child,
        `${indent}${index === last ? "└─ " : "├─ "}`,
        `${indent}${index === last ? "   " : "│  "}`,
      ),
    ),
  ];
}

function paintName(name: string, facts: Facts, paint: Paint): string {
  if (facts.failure != null) return paint("red", name);
  return facts.inputTokens == null && facts.outputTokens == null ? name : paint("cyan", name);
}

/** The error gets at least half a line even where that makes the line wrap: it is what one is looking for. */
function remark(facts: Facts, room: number, paint: Paint): string {
  if (facts.failure != null) return `${GAP}${paint("red", cut(`✗ ${facts.failure}`, Math.max(room, 40)))}`;
  return facts.outcome == null ? "" : `${GAP}${paint("yellow", facts.outcome)}`;
}

function optional<Value>(value: Value | undefined, format: (value: Value) => string): string {
  return value == null ? "" : format(value);
}
