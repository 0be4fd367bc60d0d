import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Stage, VERSIONS } from "../langchain/support.js";
import { completion } from "../support/provider/openai-answers.js";

const HEADERS = {
  "x-litellm-call-id": "call-1",
  "x-litellm-model-id": "deployment-1",
  "x-litellm-response-cost": "0.25",
};
const FACTS = {
  "gen_ai.provider.name": "litellm",
  "kit.provenance": "litellm_proxy",
  "kit.litellm.call_id": "call-1",
  "kit.cost.usd": 0.25,
};

describe.each(VERSIONS)("%s at a LiteLLM proxy", (version) => {
  const answer = () => {
    const reply = completion();
    return { ...reply, headers: { ...reply.headers, ...HEADERS } };
  };
  let stage: Stage;
  afterEach(() => stage.close());

  describe("where the client records the call", () => {
    beforeEach(() => {
      stage = new Stage(version);
    });
    it("records the proxy's facts and price", async () => {
      await (await stage.chatOpenAI(answer())).invoke("Hi");
      expect((await stage.telemetry.finish()).onlySpan().attributes).toMatchObject(FACTS);
    });
  });

  describe("where LangChain records the call", () => {
    beforeEach(() => {
      stage = new Stage(version, { inferenceSpans: "always" });
    });
    it("records the proxy's facts and price, which only the client knows", async () => {
      await (await stage.chatOpenAI(answer())).invoke("Hi");
      const span = (await stage.telemetry.finish()).onlySpan();
      expect(span.instrumentationScope.name).toBe("@kit/instrumentation-langchain");
      expect(span.attributes).toMatchObject(FACTS);
    });
  });
});
