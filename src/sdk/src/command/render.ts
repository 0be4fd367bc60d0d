import { relative } from "node:path";
import type { Paint } from "../tree/paint.js";
import { VERSION } from "../version.js";
import type { Finding } from "./finding.js";
import type { LibraryFinding } from "./libraries.js";
import type { Setting } from "./setting-list.js";
import type { Status } from "./status.js";
import type { TestReport } from "./test-trace.js";

const WIDTH = 80;

const MARKS = {
  ok: ["green", "✓"],
  note: ["yellow", "!"],
  problem: ["red", "✗"],
} as const;

/** All findings, and the verdict at the end. */
export function renderStatus(status: Status, paint: Paint, all: boolean): string {
  const { surroundings, libraries, settings, configuration, destinations } = status;
  return page(paint, [
    ["Environment", surroundings.map(toItem)],
    ["Libraries", libraryItems(libraries)],
    ["Configuration", [...settingLines(settings, all), ...configuration.map(toItem)]],
    ["Backends", destinations.map(toPlace)],
  ]).concat(verdict(status.ok, [...surroundings, ...libraries, ...configuration, ...destinations], paint));
}

/** The same for a test. */
export function renderTest({ ok, traceId, configuration, destinations }: TestReport, paint: Paint): string {
  const made = traceId === undefined ? [] : [`trace ${traceId}, one span "chat kit-telemetry-test"`];
  return page(paint, [
    ["Test", [...made, ...configuration.map(toItem)]],
    ["Backends", destinations.map(toPlace)],
  ]).concat(verdict(ok, [...configuration, ...destinations], paint));
}

/** A finding, or a line that stands as it is. */
type Item = string | Finding;

const toItem = (finding: Finding): Item => finding;
const toPlace = ({ subject, address, ...rest }: Status["destinations"][number]): Item => ({
  ...rest,
  subject: `${subject} ${address}`,
});

function page(paint: Paint, sections: readonly (readonly [title: string, items: readonly Item[]])[]): string {
  const shown = sections.filter(([, items]) => items.length > 0);
  const text = shown.map(([title, items]) => {
    const lines = items.map((item) => (typeof item === "string" ? `  ${item}` : renderFinding(item, paint)));
    return [paint("bold", title), ...lines, ""].join("\n");
  });
  return [paint("dim", `kit ${VERSION}`), "", ...text, ""].join("\n");
}

function renderFinding({ level, subject, says }: Finding, paint: Paint): string {
  const [color, mark] = MARKS[level];
  const [first = "", ...more] = wrap(`${subject}: ${says}`, WIDTH - 4);
  return [`  ${paint(color, mark)} ${first}`, ...more.map((line) => `      ${line}`)].join("\n");
}

/** Copies of a library with the same fate share one item. */
function libraryItems(libraries: readonly LibraryFinding[]): Item[] {
  if (libraries.length === 0)
    return [{ level: "note", subject: "none", says: `found from ${process.cwd()}` }];
  const isFirst = (found: LibraryFinding, at: number) =>
    libraries.findIndex(({ subject, says }) => subject === found.subject && says === found.says) === at;
  return libraries.filter(isFirst).map((first) => {
    const { level, subject, version, folder, nearest, says } = first;
    const others = libraries.filter(
      (other) => other !== first && other.subject === subject && other.says === says,
    );
    const where = nearest ? "" : ` in ${relative(process.cwd(), folder)}`;
    const versions = [...new Set(others.map((other) => other.version))].join(", ");
    const copies = others.length === 1 ? "1 other copy" : `${others.length} other copies`;
    const more = others.length > 0 ? `, ${copies} (${versions})` : "";
    return { level, subject: `${subject} ${version}${where}${more}`, says };
  });
}

/** The settings that are not at their default, and the number of those that are. */
function settingLines(settings: readonly Setting[], all: boolean): Item[] {
  const shown = settings.filter(({ from }) => all || from !== undefined);
  const lines = shown.map(({ name, value, from }) => {
    const label = all || from === undefined ? name : from;
    return `${label} = ${value}${from === undefined ? " (default)" : from === label ? "" : ` (${from})`}`;
  });
  const rest = settings.length - shown.length;
  return rest > 0 ? [...lines, `${rest} settings at their defaults; --all shows them`] : lines;
}

function verdict(ok: boolean, findings: readonly Finding[], paint: Paint): string {
  if (ok) return `${paint("green", "All is well.")}\n`;
  const count = findings.filter(({ level }) => level === "problem").length;
  return `${paint("red", count === 1 ? "1 problem." : `${count} problems.`)}\n`;
}

/** Breaks lines at blanks. Longer words stay whole, so that addresses can be copied. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
