import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";

/** Cuts a batch into parts that weigh at most `largest` each, as far as its items allow. One item is never cut. */
export type Divide<Batch> = (batch: Batch, largest: number) => Batch[];

/** What an item weighs beside its texts: ids, times, names, numbers. */
const REST = 500;
const DEEPEST = 32;

/** Spans by the length of their texts: prompts and answers, where they are captured, outweigh all else. */
export const divideSpans: Divide<ReadableSpan[]> = byWeight(
  ({ attributes, events }) => weigh(attributes) + weigh(events),
);

/** Log records likewise; the content of a call stands in them as a structure. */
export const divideLogs: Divide<ReadableLogRecord[]> = byWeight(
  ({ attributes, body }) => weigh(attributes) + weigh(body),
);

function byWeight<Item>(weightOf: (item: Item) => number): Divide<Item[]> {
  return (items, largest) => {
    const parts: Item[][] = [];
    let room = 0;
    for (const item of items) {
      const weight = REST + weightOf(item);
      const last = parts.at(-1);
      if (last !== undefined && weight <= room) last.push(item);
      else {
        parts.push([item]);
        room = largest;
      }
      room -= weight;
    }
    return parts;
  };
}

/** Characters, roughly: nothing is serialised to be weighed. */
function weigh(value: unknown, depth = 0): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null || depth > DEEPEST) return 0;
  if (value instanceof Uint8Array) return value.byteLength;
  let sum = 0;
  for (const key in value) sum += weigh((value as Record<string, unknown>)[key], depth + 1);
  return sum;
}
