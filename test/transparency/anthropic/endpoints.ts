import { describe, type Seen, settled, shape } from "../observe.js";
import { json } from "../provider.js";
import { failure, messageParams } from "./bodies.js";
import type { AnthropicScenario } from "./scenario.js";

/** Everything beside messages. */
export const endpoints: readonly AnthropicScenario[] = [
  {
    name: "counts tokens",
    needs: ({ client }) => typeof client.messages.countTokens === "function",
    spans: ["count_tokens completed", "count_tokens error"],
    async run({ client, provider }) {
      const { model, messages } = messageParams();
      const promise = client.messages.countTokens({ model, messages });
      const counted = [shape(promise), describe(await promise)];
      provider.script(json(failure("invalid_request_error"), 400));
      return [counted, await settled(client.messages.countTokens({ model, messages }))];
    },
  },
  {
    name: "completes a text the old way",
    needs: ({ client }) => "completions" in client,
    spans: ["text_completion completed"],
    async run({ client }) {
      const { completions } = client as unknown as {
        completions: { create(params: object): Promise<unknown> };
      };
      return describe(
        await completions.create({
          model: "claude-2.1",
          prompt: "\n\nHuman: hi\n\nAssistant:",
          max_tokens_to_sample: 10,
        }),
      );
    },
  },
  {
    name: "starts a batch, looks at it and reads its results",
    needs: ({ client }) => client.messages.batches !== undefined,
    spans: ["create_batch completed", "batch_results completed", "retrieve_batch completed"],
    // The SDK asks for the batch before it asks for its results.
    optional: ["retrieve_batch completed"],
    async run({ client }) {
      const created = describe(
        await client.messages.batches.create({ requests: [{ custom_id: "one", params: messageParams() }] }),
      );
      const listed: Seen[] = [];
      for await (const batch of client.messages.batches.list()) listed.push(describe(batch));
      const results: Seen[] = [];
      for await (const result of await client.messages.batches.results("batch_1"))
        results.push(describe(result));
      return [created, describe(await client.messages.batches.retrieve("batch_1")), listed, results];
    },
  },
  {
    name: "pages through models by loop and by hand",
    needs: ({ client }) => client.models !== undefined,
    spans: [],
    async run({ client }) {
      const seen: unknown[] = [];
      for await (const model of client.models.list()) seen.push(describe(model));
      const promise = client.models.list();
      seen.push(shape(promise));
      const page = await promise;
      seen.push(shape(page), page.hasNextPage(), describe((await page.getNextPage()).data));
      return seen;
    },
  },
];
