import { diag } from "@opentelemetry/api";
import { expect, it, onTestFinished } from "vitest";
import { task } from "./mark.js";
import { metric } from "./moment/metric.js";
import { recordGlobally } from "./recorded.fixture.js";
import { session } from "./session/session.js";

it("a logger of the application that throws fails nothing that it is told about", async () => {
  const refuse = (): never => {
    throw new Error("of the logger");
  };
  const logger = { error: refuse, warn: refuse, info: refuse, debug: refuse, verbose: refuse };
  const telemetry = recordGlobally();
  diag.setLogger(logger, { suppressOverrideMessage: true });
  onTestFinished(() => diag.disable());
  metric("queue_depth", Number.NaN);
  for (let n = 0; n < 600; n += 1) metric(`metric ${n}`, n);
  session("chatty", (s) => {
    for (let line = 0; line < 60; line += 1) s.log("line");
  });
  const noFunction = 5 as unknown as () => void;
  expect(task("number")(noFunction)).toBe(5);
  const { spans } = await telemetry.finish();
  expect(spans).toHaveLength(601);
});
