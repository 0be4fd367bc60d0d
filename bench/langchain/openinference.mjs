import { LangChainInstrumentation } from "@arizeai/openinference-instrumentation-langchain";
import * as callbackManager from "@langchain/core/callbacks/manager";
import { FakeListChatModel } from "@langchain/core/utils/testing";

export function setup({ content }) {
  const traceConfig = content ? {} : { hideInputs: true, hideOutputs: true };
  new LangChainInstrumentation({ traceConfig }).manuallyInstrument(callbackManager);
  return { client: new FakeListChatModel({ responses: ["x".repeat(1000)] }) };
}
