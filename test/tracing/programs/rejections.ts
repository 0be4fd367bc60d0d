// Tells which rejections the process calls unhandled, with a function marked and not. Argument: `marked` or `bare`.
import { agent, session, task } from "@kit/tracing";
import "./recorded.js";

const error = new Error("rejected");
const mark =
  process.argv[2] === "marked" ? (work: () => unknown) => task("t", work) : (work: () => unknown) => work;

class OwnPromise<T> extends Promise<T> {}

const CASES: Record<string, () => unknown> = {
  "asynchronous, ignored": () => {
    mark(async () => Promise.reject(error))();
  },
  "asynchronous, caught": () => (mark(async () => Promise.reject(error))() as Promise<void>).catch(() => {}),
  "asynchronous, caught late": async () => {
    const promise = mark(async () => Promise.reject(error))() as Promise<void>;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await promise.catch(() => {});
  },
  "promise of a plain function, ignored": () => {
    mark(() => Promise.reject(error))();
  },
  "promise of a plain function, awaited": async () => {
    try {
      await mark(() => Promise.reject(error))();
    } catch {}
  },
  "promise of a class of its own, ignored": () => {
    mark(() => OwnPromise.reject(error))();
  },
  "promise of a class of its own, caught": () =>
    (mark(() => OwnPromise.reject(error))() as Promise<void>).catch(() => {}),
  "asynchronous generator, step ignored": () => {
    const made = mark(async function* () {
      yield Promise.reject(error);
    })() as AsyncGenerator;
    made.next();
  },
  "asynchronous generator, never begun": () => {
    mark(async function* () {
      yield Promise.reject(error);
    })();
  },
  "in a promise of all": async () => {
    await Promise.all([mark(async () => 1)(), mark(async () => Promise.reject(error))()]).catch(() => {});
  },
  "settled together": async () => {
    await Promise.allSettled([mark(async () => Promise.reject(error))()]);
  },
  "session, ignored": () => {
    if (process.argv[2] === "marked") session("s", async () => Promise.reject(error));
    else Promise.reject(error);
  },
  "agent's block, caught": () =>
    (process.argv[2] === "marked"
      ? agent("a").run(async () => Promise.reject(error))
      : Promise.reject(error)
    ).catch(() => {}),
};

const unhandled: unknown[] = [];
let handledLate = 0;
process.on("unhandledRejection", (reason) =>
  unhandled.push(reason === error ? "the very error" : String(reason)),
);
process.on("rejectionHandled", () => {
  handledLate += 1;
});
const results: Record<string, unknown> = {};
for (const [name, run] of Object.entries(CASES)) {
  unhandled.length = 0;
  handledLate = 0;
  await run();
  await new Promise((resolve) => setTimeout(resolve, 5));
  results[name] = [...unhandled, handledLate];
}
console.log(JSON.stringify(results));
