// The least that any telemetry of LangChain costs: a handler that does nothing.
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { FakeListChatModel } from "@langchain/core/utils/testing";

class Nothing extends BaseCallbackHandler {
  name = "nothing";
  handleChatModelStart() {}
  handleLLMEnd() {}
}

export function setup() {
  const callbacks = [new Nothing()];
  return { client: new FakeListChatModel({ responses: ["x".repeat(1000)], callbacks }) };
}
