import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";

/** Splits a batch into parts of at most `largest` each, as far as its items allow. A single item is never split. */
export type Divide<Batch> = (batch: Batch, largest: number) => Batch[];

/** Size of an item apart from its texts: ids, times, names, numbers. */
const REST = 500;
const DEEPEST = 32;

/** Divides spans by the length of their texts: captured prompts and answers outweigh everything else. */
export const divideSpans: Divide<ReadableSpan[]> = byWeight(
  ({ attributes, events }) => weigh(attributes) + weigh(events),
);

/** Divides log records likewise; they hold content as structured values. */
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

/** A rough number of characters, without serialising anything. */
function weigh(value: unknown, depth = 0): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null || depth > DEEPEST) return 0;
  if (value instanceof Uint8Array) return value.byteLength;
  let sum = 0;
  for (const key in value) sum += weigh((value as Record<string, unknown>)[key], depth + 1);
  return sum;
}
