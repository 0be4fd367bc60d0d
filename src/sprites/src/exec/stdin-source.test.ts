import { expect, it, vi } from "vitest";
import { collectGarbage } from "../../../../test/support/garbage.js";
import { readStdinSource, type StdinSource } from "./stdin-source.js";

const NEVER = new Promise<void>(() => undefined);

async function readAll(source: StdinSource, over: Promise<unknown> = NEVER): Promise<string> {
  let all = "";
  for await (const chunk of readStdinSource(source, over)) all += chunk;
  return all;
}

it.each<[string, StdinSource]>([
  ["text", "abc"],
  ["bytes", Buffer.from("abc")],
  ["an iterable", ["a", Buffer.from("bc")]],
  ["an iterator without return", { [Symbol.iterator]: () => "abc"[Symbol.iterator]() }],
  ["a Web stream", new Blob(["abc"]).stream().pipeThrough(new TextDecoderStream()) as never],
])("reads %s", async (_, source) => {
  expect(await readAll(source)).toBe("abc");
});

it("rejects with the error of the source", async () => {
  const broken = {
    [Symbol.iterator]: () => ({
      next: (): never => {
        throw new Error("mine");
      },
    }),
  };
  await expect(readAll(broken)).rejects.toThrow("mine");
});

it("lets go of a source that gives nothing more once the command is over", async () => {
  const iterator = { next: () => new Promise<never>(() => undefined), return: vi.fn() };
  const source = { [Symbol.asyncIterator]: () => iterator };
  expect(await readAll(source, Promise.resolve())).toBe("");
  expect(iterator.return).toHaveBeenCalledOnce();
});

it("lets go of a source when the command ends between two chunks", async () => {
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const next = vi.fn(async () => ({ value: "x", done: false }));
  const chunks = readStdinSource({ [Symbol.asyncIterator]: () => ({ next }) }, over);
  await chunks.next();
  end();
  await over;
  expect((await chunks.next()).done).toBe(true);
  expect(next).toHaveBeenCalledOnce();
});

it("keeps no chunk that was read", async () => {
  const chunks: WeakRef<Buffer>[] = [];
  async function* source() {
    for (let i = 0; i < 50; i++) {
      const chunk = Buffer.alloc(1024);
      chunks.push(new WeakRef(chunk));
      yield chunk;
    }
  }
  const reading = readStdinSource(source(), NEVER);
  for (let i = 0; i < 50; i++) await reading.next();
  await new Promise(setImmediate);
  collectGarbage();
  expect(chunks.filter((chunk) => chunk.deref() !== undefined).length).toBeLessThan(5);
});
