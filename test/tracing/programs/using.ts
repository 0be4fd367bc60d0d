import { cron, event, session, task } from "@kit/tracing";
import { step, tell } from "./recorded.js";

await step("using", () => {
  using s = session("sync");
  return s.run(() => {
    event("inside");
    return s.spanId.length;
  });
});
await step("await using", async () => {
  await using c = cron("nightly");
  c.setSummary("clean");
  await c.run(async () => event("inside"));
});
await step("using that is left by an exception", () => {
  try {
    using t = task("left").start();
    t.run(() => event("inside"));
    throw new Error("out");
  } catch (error) {
    return (error as Error).message;
  }
});
tell();
