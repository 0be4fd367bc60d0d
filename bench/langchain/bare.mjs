import { FakeListChatModel } from "@langchain/core/utils/testing";

/** LangChain alone. */
export function setup() {
  return { client: new FakeListChatModel({ responses: ["x".repeat(1000)] }) };
}
