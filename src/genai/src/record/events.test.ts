import { ROOT_CONTEXT } from "@opentelemetry/api";
import type { Logger } from "@opentelemetry/api-logs";
import { expect, it } from "vitest";
import { emitException, wantsDetails } from "./events.js";

const FAILURE = { type: "TypeError", message: undefined, stack: undefined };

/** Keeps what it is given; older loggers have no more than this. */
function olderLogger(): Logger & { readonly emitted: unknown[] } {
  const emitted: unknown[] = [];
  return { emitted, emit: (record: unknown) => emitted.push(record) } as never;
}

it("takes a logger that cannot be asked for one that listens", () => {
  const logger = olderLogger();
  expect(wantsDetails(logger, ROOT_CONTEXT)).toBe(true);
  emitException(logger, FAILURE, ROOT_CONTEXT);
  expect(logger.emitted).toMatchObject([{ eventName: "gen_ai.client.operation.exception" }]);
});

it("tells nothing to a logger that fails when it is asked", () => {
  const logger = olderLogger();
  logger.enabled = () => {
    throw new Error("not ready");
  };
  expect(wantsDetails(logger, ROOT_CONTEXT)).toBe(false);
  expect(() => emitException(logger, FAILURE, ROOT_CONTEXT)).not.toThrow();
  expect(logger.emitted).toEqual([]);
});
