import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { TraceTreeExporter, type TraceTreeOptions } from "./exporter.js";
import { type SpanFacts, spanOf } from "./span.fixture.js";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function tree(options: TraceTreeOptions = {}) {
  const stream = new PassThrough();
  const exporter = new TraceTreeExporter({ stream, ...options });
  return {
    exporter,
    end: (...spans: SpanFacts[]) => exporter.export(spans.map(spanOf), () => {}),
    /** Names of the spans of each tree, and what its heading adds. */
    shown: () =>
      String(stream.read() ?? "")
        .split("\n\n")
        .filter((text) => text.trim() !== "")
        .map((text) => {
          const [heading = "", ...lines] = text.trim().split("\n");
          return [heading.split(" · ").slice(2).join(), ...lines.map((line) => line.replace(/ {2,}.*$/, ""))];
        }),
  };
}

it("shows a trace once its root has ended and late children had their time", () => {
  const { end, shown } = tree({ settleMs: 100 });
  end({ name: "child", id: "2", parent: "1" });
  vi.advanceTimersByTime(1000);
  expect(shown()).toEqual([]);
  end({ name: "root", id: "1" });
  vi.advanceTimersByTime(50);
  end({ name: "late", id: "3", parent: "1" });
  vi.advanceTimersByTime(50);
  expect(shown()).toEqual([["", "root", "├─ child", "└─ late"]]);
});

it("shows a child that ends even later under a heading of its own", () => {
  const { end, shown } = tree({ settleMs: 100 });
  end({ name: "root", id: "1" });
  vi.advanceTimersByTime(100);
  end({ name: "much later", id: "2", parent: "1" });
  vi.advanceTimersByTime(100);
  expect(shown()).toEqual([
    ["", "root"],
    ["came later", "much later"],
  ]);
});

it("keeps traces apart", () => {
  const { end, shown } = tree();
  end({ name: "a", id: "1", trace: "a".repeat(32) }, { name: "b", id: "1", trace: "b".repeat(32) });
  vi.advanceTimersByTime(100);
  expect(shown()).toEqual([
    ["", "a"],
    ["", "b"],
  ]);
});

it("takes a span with a parent in another process for a root", () => {
  const { end, shown } = tree();
  end({ name: "server", id: "2", parent: "1", remote: true });
  vi.advanceTimersByTime(100);
  expect(shown()).toEqual([["", "server"]]);
});

it("flushes finished traces at once and leaves the others", async () => {
  const { exporter, end, shown } = tree();
  end({ name: "root", id: "1", trace: "a".repeat(32) });
  end({ name: "child of a running root", id: "2", parent: "1", trace: "b".repeat(32) });
  await exporter.forceFlush();
  expect(shown()).toEqual([["", "root"]]);
});

it("shows at shutdown what never got a root", async () => {
  const { exporter, end, shown } = tree();
  end({ name: "orphan", id: "2", parent: "1" });
  await exporter.shutdown();
  expect(shown()).toEqual([["root not ended", "orphan"]]);
});

it("holds a bounded number of spans", () => {
  const { end, shown } = tree({ maxSpans: 2 });
  end({ name: "one", id: "2", parent: "1" }, { name: "two", id: "3", parent: "1" });
  expect(shown()).toEqual([]);
  end({ name: "three", id: "4", parent: "1", trace: "b".repeat(32) });
  expect(shown()).toEqual([["root not ended", "one", "two"]]);
});

it("survives a reader that is gone", async () => {
  const stream = new PassThrough();
  stream.destroy();
  const exporter = new TraceTreeExporter({ stream });
  exporter.export([spanOf({ name: "root", id: "1" })], () => {});
  await exporter.shutdown();
});
