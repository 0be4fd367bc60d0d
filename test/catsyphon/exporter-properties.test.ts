import type { ReadableSpan } from "@kit/exporter-catsyphon";
import { describe, expect, it } from "vitest";
import type { FakeCatSyphon } from "../support/catsyphon/server.js";
import { type Random, random, type Story, StoryTeller } from "../support/catsyphon/story.js";
import { exporterTo, exportSpans, page, sessions } from "./exporter-harness.js";
import { startServer } from "./harness.js";

async function expectPages(story: Story, exports: ReadableSpan[][][]) {
  const server = await startServer();
  // Each outer list is a process of its own.
  for (const batches of exports) {
    const exporter = exporterTo(server);
    for (const batch of batches) await exportSpans(exporter, batch);
    await exporter.shutdown();
  }
  expectLines(server, story);
}

function expectLines(server: FakeCatSyphon, story: Story): void {
  for (const [session, expected] of story.pages) {
    const lines = page(server, session);
    expect(lines.toSorted(), session).toEqual(expected.toSorted());
    expect(lines, session).toEqual(expected);
  }
  expect(new Set(sessions(server))).toEqual(new Set(story.pages.keys()));
  expect(server.mostAtOnce).toBe(1);
}

function chunked(items: readonly ReadableSpan[], source: Random): ReadableSpan[][] {
  const chunks: ReadableSpan[][] = [];
  for (let index = 0; index < items.length; ) {
    const size = 1 + source.upTo(6);
    chunks.push(items.slice(index, index + size));
    index += size;
  }
  return chunks;
}

const seeds = Array.from({ length: 24 }, (_, index) => index + 1);

describe("each prompt, reply, call and result appears exactly once and in order", () => {
  it.each(seeds)("when spans come in batches as they end (seed %i)", async (seed) => {
    const source = random(seed);
    const story = new StoryTeller(source).tell(1 + source.upTo(5));
    await expectPages(story, [chunked(story.spans, source)]);
  });

  it.each(seeds.slice(0, 12))("when spans of a batch come in any order (seed %i)", async (seed) => {
    const source = random(seed + 1_000);
    const story = new StoryTeller(source).tell(1 + source.upTo(5));
    await expectPages(story, [[source.shuffled(story.spans)]]);
  });

  it.each(seeds.slice(0, 12))(
    "when everything is exported again, and by a second process (seed %i)",
    async (seed) => {
      const source = random(seed + 2_000);
      const story = new StoryTeller(source).tell(1 + source.upTo(5));
      const again = chunked(story.spans, source);
      await expectPages(story, [[...again, ...again], chunked(story.spans, source)]);
    },
  );
});

describe("and so they do", () => {
  it.each(seeds.slice(0, 12))("when the process is restarted between two turns (seed %i)", async (seed) => {
    const source = random(seed + 4_000);
    const story = new StoryTeller(source).tell(2 + source.upTo(4));
    const traces = [...new Set(story.spans.map((span) => span.spanContext().traceId))];
    const first = new Set(traces.slice(0, Math.ceil(traces.length / 2)));
    const belongs = (span: ReadableSpan) => first.has(span.spanContext().traceId);
    const rest = story.spans.filter((span) => !belongs(span));
    await expectPages(story, [chunked(story.spans.filter(belongs), source), chunked(rest, source)]);
  });

  it.each(seeds.slice(0, 12))("while the agents still run, when starts are told (seed %i)", async (seed) => {
    const source = random(seed + 5_000);
    const story = new StoryTeller(source).tell(1 + source.upTo(4));
    const server = await startServer();
    const exporter = exporterTo(server);
    const time = ([seconds, nanos]: readonly [number, number]) => (seconds - 1_795_216_000) * 1e9 + nanos;
    const steps = story.spans.flatMap((span) => [
      { at: time(span.startTime), order: 1, run: async () => exporter.onSpanStart(span) },
      { at: time(span.endTime) + 1, order: 0, run: () => exportSpans(exporter, [span]) },
    ]);
    for (const { run } of steps.toSorted((a, b) => a.at - b.at || a.order - b.order)) {
      await run();
      if (source.chance(0.1)) await exporter.forceFlush();
    }
    await exporter.shutdown();
    expectLines(server, story);
  });
});

it("loses and doubles nothing when spans come late, in any order and in any batch", async () => {
  for (const seed of seeds.slice(0, 12)) {
    const source = random(seed + 3_000);
    const story = new StoryTeller(source).tell(1 + source.upTo(5));
    const server = await startServer();
    const exporter = exporterTo(server);
    for (const batch of chunked(source.shuffled(story.spans), source)) await exportSpans(exporter, batch);
    await exporter.shutdown();
    for (const [session, expected] of story.pages) {
      const lines = page(server, session);
      expect(lines.toSorted(), `${session}, seed ${seed}`).toEqual(expected.toSorted());
    }
  }
});
