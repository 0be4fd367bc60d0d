import type { MeterProvider } from "@opentelemetry/api";
import type { Transport } from "./outcome.js";
import type { RetryPolicy } from "./retry.js";

/** Options of a queue. Only `name` and `transport` are required. */
export interface DeliveryOptions<Item> {
  /** Names the destination in `diag` lines and metrics. */
  readonly name: string;
  readonly transport: Transport<Item>;
  /** Items that may wait; beyond that the oldest is dropped. @default 10000 */
  readonly maxQueueSize?: number;
  /** Most items in one batch. @default 100 */
  readonly maxBatchItems?: number;
  /** Most bytes in one batch, as `sizeOf` counts them; a single larger item still goes out alone. @default Infinity */
  readonly maxBatchBytes?: number;
  /**
   * Bytes an item adds to a batch. Called once per item when a batch is formed, never by `add`, and in slices between
   * which the event loop turns, so it may do the work of encoding the item.
   */
  readonly sizeOf?: (item: Item) => number;
  /** Items of a lane are sent in order, never by two requests at once. @default one lane for all */
  readonly lane?: (item: Item) => string;
  /** Whether two neighbouring items of a lane may share a batch. @default always */
  readonly together?: (previous: Item, next: Item) => boolean;
  /** Lanes sent at the same time. @default 1 */
  readonly maxConcurrent?: number;
  /** Longest time an item waits before a send begins, in milliseconds. @default 5000 */
  readonly flushIntervalMs?: number;
  /** Number of waiting items at which a send begins at once. @default `maxBatchItems` */
  readonly flushAtItems?: number;
  /** Time for one batch, including the waits between attempts, in milliseconds. @default Infinity */
  readonly batchDeadlineMs?: number;
  /** Time after which an undelivered item is dropped, in milliseconds. @default Infinity */
  readonly itemDeadlineMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** How long the end of the process may be delayed for waiting items, in milliseconds; 0 = not at all. @default 5000 */
  readonly exitTimeoutMs?: number;
  /** Where `kit.delivery.delivered` and `kit.delivery.dropped` are counted. @default the global provider */
  readonly meterProvider?: MeterProvider;
  /** Source of jitter, for tests. @default Math.random */
  readonly random?: () => number;
}

/** @throws RangeError for a count that is not a whole number above zero, or a time that is negative or NaN. */
export function resolveOptions<Item>(options: DeliveryOptions<Item>) {
  const maxBatchItems = options.maxBatchItems ?? 100;
  const resolved = {
    maxQueueSize: options.maxQueueSize ?? 10_000,
    maxBatchItems,
    maxConcurrent: options.maxConcurrent ?? 1,
    flushAtItems: options.flushAtItems ?? maxBatchItems,
    maxBatchBytes: options.maxBatchBytes ?? Number.POSITIVE_INFINITY,
    flushIntervalMs: options.flushIntervalMs ?? 5_000,
    batchDeadlineMs: options.batchDeadlineMs ?? Number.POSITIVE_INFINITY,
    itemDeadlineMs: options.itemDeadlineMs ?? Number.POSITIVE_INFINITY,
    exitTimeoutMs: options.exitTimeoutMs ?? 5_000,
  };
  for (const name of ["maxQueueSize", "maxBatchItems", "maxConcurrent", "flushAtItems"] as const) {
    if (!Number.isInteger(resolved[name]) || resolved[name] < 1) {
      throw new RangeError(`${name} must be a whole number above zero`);
    }
  }
  for (const name of [
    "maxBatchBytes",
    "flushIntervalMs",
    "batchDeadlineMs",
    "itemDeadlineMs",
    "exitTimeoutMs",
  ] as const) {
    if (!(resolved[name] >= 0)) throw new RangeError(`${name} must not be negative`);
  }
  return resolved;
}
