import { FakeListChatModel } from "@langchain/core/utils/testing";
import { KitCallbackHandler } from "../../instrumentations/langchain/dist/bundle/index.js";

export function setup({ content }) {
  const callbacks = [new KitCallbackHandler({ captureMessageContent: content })];
  return { client: new FakeListChatModel({ responses: ["x".repeat(1000)], callbacks }) };
}
