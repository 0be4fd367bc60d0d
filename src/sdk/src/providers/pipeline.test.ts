import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { EndingExporter } from "../signals/output.js";
import { Pipeline } from "./pipeline.js";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function exporterThat(forceFlush: () => Promise<void>) {
  const calls: string[] = [];
  const exporter: EndingExporter = {
    forceFlush,
    hurry: () => calls.push("hurry"),
    abort: () => calls.push("abort"),
    postLeftovers: () => calls.push("post"),
  };
  return { exporter, calls };
}

const never = () => new Promise<void>(() => {});

it("waits for batches under way as well as for those that a flush hands over", async () => {
  const pipeline = new Pipeline(1000);
  let deliver = () => {};
  const { exporter } = exporterThat(() => new Promise((resolve) => (deliver = resolve)));
  pipeline.add({ forceFlush: async () => {} }, [exporter]);
  let flushed = false;
  const flushing = pipeline.flush().then(() => {
    flushed = true;
  });
  await vi.advanceTimersByTimeAsync(10);
  expect(flushed).toBe(false);
  deliver();
  await flushing;
  expect(flushed).toBe(true);
});

it("gives up after its time, and cuts off what hangs only when the process ends", async () => {
  const pipeline = new Pipeline(1000);
  const { exporter, calls } = exporterThat(never);
  pipeline.add({}, [exporter]);
  const flushing = pipeline.flush();
  await vi.advanceTimersByTimeAsync(1000);
  await flushing;
  expect(calls).toEqual([]);
  const finishing = pipeline.finish();
  await vi.advanceTimersByTimeAsync(1000);
  await finishing;
  expect(calls).toEqual(["hurry", "abort"]);
});

it("resolves although a stage fails", async () => {
  const pipeline = new Pipeline(1000);
  pipeline.add({
    forceFlush: () => Promise.reject(new Error("broken")),
    shutdown: () => Promise.reject(new Error()),
  });
  await pipeline.flush();
  await pipeline.shutdown();
});

it("has work before the first flush and whenever a span has ended since", async () => {
  const pipeline = new Pipeline(1000);
  expect(pipeline.hasWork()).toBe(true);
  await pipeline.flush();
  expect(pipeline.hasWork()).toBe(false);
  pipeline.activity.onEnd({} as never);
  expect(pipeline.hasWork()).toBe(true);
});

it("ends the rest although a part throws at once", async () => {
  const pipeline = new Pipeline(1000);
  const broken = () => {
    throw new Error("broken");
  };
  const { exporter, calls } = exporterThat(async () => {});
  pipeline.add({ forceFlush: broken, shutdown: broken }, [{ ...exporter, postLeftovers: broken }], [broken]);
  pipeline.add({}, [exporter]);
  await pipeline.flush();
  pipeline.flushSync();
  expect(calls).toEqual(["post"]);
  await pipeline.shutdown();
});
