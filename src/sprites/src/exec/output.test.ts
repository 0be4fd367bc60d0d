import { describe, expect, it, vi } from "vitest";
import { collectGarbage } from "../../../../test/support/garbage.js";
import { Output, PAUSE_ABOVE, RESUME_BELOW, STREAMS } from "./output.js";

const PIECE = 64 * 1024;

function make(collect?: boolean) {
  const flow = { pause: vi.fn(), resume: vi.fn() };
  const output = new Output(collect, flow);
  const push = (bytes: number, stream: "stdout" | "stderr" = "stdout", observed = false): void => {
    for (let sent = 0; sent < bytes; sent += PIECE) output.push(stream, Buffer.alloc(PIECE), observed);
  };
  return { flow, output, push };
}

const never = (): boolean => false;

describe("reading", () => {
  it("waits for bytes, takes all there are, and ends empty", async () => {
    const { output } = make();
    const read = output.read("stdout");
    output.push("stdout", Buffer.from("a"), false);
    output.push("stdout", Buffer.from("b"), false);
    expect((await read).toString()).toBe("ab");
    output.end();
    expect(await output.read("stdout")).toHaveLength(0);
    expect(output.bytes("stdout").toString()).toBe("ab");
  });

  it("does not wait with a timeout of 0, and no longer than a timeout", async () => {
    const { output } = make();
    expect(await output.read("stdout", { timeout: 0 })).toHaveLength(0);
    expect(await output.read("stdout", { timeout: 5 })).toHaveLength(0);
    output.push("stdout", Buffer.from("a"), false);
    expect((await output.read("stdout", { timeout: 0 })).toString()).toBe("a");
  });

  it("rejects with the reason of the signal, and loses nothing by it", async () => {
    const { output } = make();
    const stop = new AbortController();
    const read = output.read("stdout", { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(read).rejects.toThrow("enough");
    output.push("stdout", Buffer.from("a"), false);
    expect((await output.read("stdout")).toString()).toBe("a");
  });

  it("leaves nothing behind of waits that ended without bytes", async () => {
    const { output } = make();
    const poll = async (times: number): Promise<number> => {
      for (let i = 0; i < times; i++) {
        const stop = new AbortController();
        const read = output.read("stdout", { signal: stop.signal });
        stop.abort("later");
        await read.catch(() => undefined);
      }
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = await poll(1000);
    expect((await poll(20_000)) - before).toBeLessThan(2_000_000);
  });

  it("hands out what came before a loss, then rejects with it", async () => {
    const { output } = make();
    output.push("stderr", Buffer.from("last words"), false);
    output.fail(new Error("lost"));
    expect((await output.read("stderr")).toString()).toBe("last words");
    await expect(output.read("stderr")).rejects.toThrow("lost");
    await expect(output.next(STREAMS, never)).rejects.toThrow("lost");
  });
});

it("gives the pieces of all streams in the order of arrival", async () => {
  const { output } = make();
  for (const [stream, text] of [
    ["stdout", "1"],
    ["stderr", "2"],
    ["stdout", "3"],
  ] as const) {
    output.push(stream, Buffer.from(text), false);
  }
  output.end();
  const seen: string[] = [];
  for (let chunk = await output.next(STREAMS, never); chunk; chunk = await output.next(STREAMS, never)) {
    seen.push(`${chunk.stream} ${chunk.data}`);
  }
  expect(seen).toEqual(["stdout 1", "stderr 2", "stdout 3"]);
});

describe("back-pressure", () => {
  it("pauses above the limit and resumes when the reader has caught up", async () => {
    const { flow, output, push } = make();
    output.consume(["stdout"]);
    push(PAUSE_ABOVE);
    expect(flow.pause).not.toHaveBeenCalled();
    push(1);
    expect(flow.pause).toHaveBeenCalledTimes(1);
    let unread = PAUSE_ABOVE + PIECE;
    for (; unread > RESUME_BELOW; unread -= PIECE) {
      expect(flow.resume).not.toHaveBeenCalled();
      await output.next(["stdout"], never);
    }
    expect(flow.resume).toHaveBeenCalledTimes(1);
  });

  it("keeps no more than the last megabyte of what was streamed", async () => {
    const { output, push } = make();
    output.consume(STREAMS);
    for (let i = 0; i < 40; i++) {
      push(PIECE);
      await output.next(STREAMS, never);
    }
    expect(output.bytes("stdout")).toHaveLength(1024 * 1024);
    const none = make(false);
    none.output.consume(STREAMS);
    none.push(PIECE);
    await none.output.next(STREAMS, never);
    expect(none.output.bytes("stdout")).toHaveLength(0);
  });

  it("keeps what was streamed when asked to collect, and pauses all the same", async () => {
    const { flow, output, push } = make(true);
    output.consume(STREAMS);
    push(PAUSE_ABOVE + 1);
    expect(flow.pause).toHaveBeenCalled();
    await output.next(STREAMS, never);
    expect(output.bytes("stdout").length).toBeGreaterThan(PAUSE_ABOVE);
  });

  it("never pauses a command whose output is collected and not streamed", async () => {
    const { flow, output, push } = make();
    await output.read("stdout", { timeout: 0 });
    push(PAUSE_ABOVE * 3);
    expect(flow.pause).not.toHaveBeenCalled();
    expect(output.bytes("stdout")).toHaveLength(PAUSE_ABOVE * 3);
  });
});

describe("output that is not collected", () => {
  it("waits for somebody to read it", () => {
    const { flow, push } = make(false);
    push(PAUSE_ABOVE + 1);
    expect(flow.pause).toHaveBeenCalled();
  });

  it("loses its oldest bytes once somebody waits for the end and nobody reads", async () => {
    const { flow, output, push } = make(false);
    push(PAUSE_ABOVE + 1);
    await output.whileWaiting(async () => {
      expect(flow.resume).toHaveBeenCalledTimes(1);
      push(PAUSE_ABOVE * 5);
    });
    expect(flow.pause).toHaveBeenCalledTimes(1);
    expect(output.bytes("stdout").length).toBeLessThanOrEqual(PAUSE_ABOVE + PIECE);
  });

  it.each<[string, (output: Output, work: () => Promise<void>) => Promise<unknown>]>([
    ["the end", (output, work) => output.whileWaiting(work)],
    ["another stream", (output, work) => Promise.all([output.read("stderr", { timeout: 5 }), work()])],
    [
      "another stream by iteration",
      (output, work) => {
        output.consume(["stderr"]);
        return work();
      },
    ],
  ])("of a stream that was read is kept, and holds up nobody who waits for %s", async (_, wait) => {
    const { flow, output, push } = make(false);
    await output.read("stdout", { timeout: 0 });
    await wait(output, async () => {
      push(PAUSE_ABOVE * 5);
      expect(flow.pause).not.toHaveBeenCalled();
    });
    expect(await output.read("stdout")).toHaveLength(PAUSE_ABOVE * 5);
  });

  it("holds the command up again once nobody waits any more", async () => {
    const { flow, output, push } = make(false);
    await output.read("stdout", { timeout: 0 });
    await output.whileWaiting(async () => {
      push(PAUSE_ABOVE * 2);
      expect(flow.pause).not.toHaveBeenCalled();
    });
    expect(flow.pause).toHaveBeenCalledOnce();
  });

  it("is not held for a callback that has seen it", () => {
    const { flow, output, push } = make(false);
    push(PAUSE_ABOVE * 5, "stdout", true);
    expect(flow.pause).not.toHaveBeenCalled();
    expect(output.bytes("stdout").length).toBeLessThanOrEqual(PAUSE_ABOVE + PIECE);
  });

  it("of a stream that nobody reads does not hold up the one that is read", async () => {
    const { flow, output, push } = make(false);
    await output.read("stdout", { timeout: 0 });
    push(PAUSE_ABOVE * 5, "stderr");
    expect(flow.pause).not.toHaveBeenCalled();
    push(PAUSE_ABOVE * 2, "stdout");
    expect(flow.pause).toHaveBeenCalled();
  });
});
