import { afterEach, beforeEach, expect } from "vitest";

const nextTurn = () => new Promise<unknown>((resolve) => setImmediate(resolve));

/** Fails each test of the file that leaves a rejection unhandled. @param settle waits until what was begun is over */
export function allowNoUnhandledRejections(settle: () => Promise<unknown> = nextTurn): void {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  beforeEach(() => {
    unhandled.length = 0;
    process.on("unhandledRejection", note);
  });
  afterEach(async () => {
    await settle();
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
}
