import { expect, it } from "vitest";
import { Sessions } from "./sessions.js";

it("forgets sessions that have ended and are idle, and keeps those that are open", () => {
  const sessions = new Sessions(100);
  const [ended, open, busy] = ["ended", "open", "busy"].map((sessionId) =>
    sessions.of({ sessionId, keyedBy: "application" }, undefined),
  ) as [Opened, Opened, Opened];
  for (const session of [ended, open, busy]) session.lastActivityMs = 10;
  ended.ended = true;
  busy.lastActivityMs = 11;
  expect(sessions.idleSince(10)).toEqual([open]);
  expect(["ended", "open", "busy"].map((id) => sessions.get(id))).toEqual([undefined, open, busy]);
});

type Opened = ReturnType<Sessions["of"]>;
