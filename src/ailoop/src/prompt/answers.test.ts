import { expect, it, vi } from "vitest";
import { createAuthorization, createResponse } from "../model/create.js";
import { now } from "../timing.js";
import { Answers } from "./answers.js";

it("tells when a wait begins and when its answer ends it, so that looking for answers stops with the last", async () => {
  const onWaitersChange = vi.fn();
  const answers = new Answers(() => {}, onWaitersChange);
  const { id, channel } = createAuthorization("ship", { channel: "public", timeout: 60 });
  const contentType = "authorization";
  answers.expect({ id, channel, choices: [], contentType, timeout: 60, own: true, sentAt: now() });
  const { answer } = answers.wait(id);
  expect(onWaitersChange).toHaveBeenCalledTimes(1);
  const response = createResponse(id, { answer: null, responseType: "authorization_approved", channel });
  expect(answers.receive(response)).toBe(true);
  expect((await answer).response).toBe(response);
  expect(onWaitersChange).toHaveBeenCalledTimes(2);
  expect(answers.awaitedChannels().size).toBe(0);
});
