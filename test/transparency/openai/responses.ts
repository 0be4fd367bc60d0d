import type OpenAI from "openai";
import { describe, readAll, type Seen, settled, shape } from "../observe.js";
import { json, silence, sse } from "../provider.js";
import { data, failure, response, responseStream } from "./bodies.js";
import type { OpenAIApp, OpenAIScenario } from "./scenario.js";

const exists = ({ client }: OpenAIApp) => client.responses !== undefined;
const canCompact = ({ client }: OpenAIApp) => typeof client.responses?.compact === "function";

function params() {
  return { model: "gpt-4o-mini", input: "Say this is a test", instructions: "Be brief." };
}

/** The responses API: created, streamed, parsed and fetched again. */
export const responses: readonly OpenAIScenario[] = [
  {
    name: "creates a response",
    needs: exists,
    spans: ["chat completed"],
    async run({ client }) {
      const promise = client.responses.create(params());
      const value = await promise;
      return [describe(value), value.output_text, (await promise) === value, shape(promise)];
    },
  },
  {
    name: "creates a response and takes the raw one with it",
    needs: exists,
    spans: ["chat completed", "chat raw"],
    async run({ client }) {
      const both = await client.responses.create(params()).withResponse();
      const raw = await client.responses.create(params()).asResponse();
      return [describe(both.data), describe(both.response), raw.bodyUsed, await raw.text()];
    },
  },
  {
    name: "creates a response with tools, reasoning and files",
    needs: exists,
    spans: ["chat completed"],
    async run({ client, provider }) {
      const output = [
        { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "Thinking." }] },
        { type: "web_search_call", id: "ws_1", status: "completed", action: { type: "search", query: "x" } },
        {
          type: "function_call",
          id: "fc_1",
          call_id: "call_1",
          name: "weather",
          arguments: '{"city":"Oslo"}',
          status: "completed",
        },
        { type: "something_new", id: "new_1" },
      ];
      provider.script(json(response("", { output })));
      const input: OpenAI.Responses.ResponseInput = [
        {
          role: "user",
          content: [{ type: "input_image", image_url: "data:image/png;base64,AA==", detail: "auto" }],
        },
        { type: "function_call_output", call_id: "call_0", output: "7" },
      ];
      const tools: OpenAI.Responses.Tool[] = [{ type: "web_search_preview" }];
      return describe(
        await client.responses.create({ ...params(), input, tools, previous_response_id: "resp_0" }),
      );
    },
  },
  {
    name: "creates a response in the background and asks for it later",
    needs: exists,
    spans: ["chat completed", "fetch_response completed"],
    async run({ client, provider }) {
      provider.script(json(response("", { status: "queued", output: [], usage: null })));
      const queued = await client.responses.create({ ...params(), background: true } as never);
      return [describe(queued), describe(await client.responses.retrieve("resp_1"))];
    },
  },
  {
    name: "fetches a response that is not there",
    needs: exists,
    spans: ["fetch_response error"],
    run: async ({ client }) => settled(client.responses.retrieve("resp_missing")),
  },
  {
    name: "is refused, aborted and answered with a failed response",
    needs: exists,
    spans: ["chat error", "chat aborted", "chat completed|error"],
    async run({ client, provider }) {
      const failed = response("", {
        status: "failed",
        error: { code: "server_error", message: "No." },
        output: [],
      });
      provider.script(json(failure("responses"), 400), silence, json(failed));
      const controller = new AbortController();
      const refused = await settled(client.responses.create(params()));
      const aborted = settled(client.responses.create(params(), { signal: controller.signal }));
      await provider.arrived(2);
      controller.abort();
      return [refused, await aborted, await settled(client.responses.create(params()))];
    },
  },
  {
    name: "reads a streamed response",
    needs: exists,
    spans: ["chat completed"],
    async run({ client }) {
      const stream = await client.responses.create({ ...params(), stream: true });
      return [shape(stream), await readAll(stream)];
    },
  },
  {
    name: "breaks out of a streamed response",
    needs: exists,
    spans: ["chat cancelled"],
    async run({ client, provider }) {
      provider.script(sse(responseStream().slice(0, 4), { after: "hang" }));
      const stream = await client.responses.create({ ...params(), stream: true });
      for await (const _ of stream) break;
      return stream.controller.signal.aborted;
    },
  },
  {
    name: "meets a failure event and an error event in a streamed response",
    needs: exists,
    spans: ["chat error", "chat error"],
    async run({ client, provider }) {
      const failed = response("", { status: "failed", error: { code: "server_error", message: "No." } });
      const event = (type: string, body: object) =>
        `event: ${type}\n${data({ type, sequence_number: 2, ...body })}`;
      provider.script(
        sse([...responseStream().slice(0, 2), event("response.failed", { response: failed })]),
        sse([
          ...responseStream().slice(0, 2),
          event("error", { code: "server_error", message: "No.", param: null }),
        ]),
      );
      const seen: unknown[] = [];
      for (let call = 0; call < 2; call += 1) {
        const part: Seen[] = [];
        const read = async () => {
          for await (const body of await client.responses.create({ ...params(), stream: true }))
            part.push(describe(body));
        };
        seen.push(await settled(read()), part);
      }
      return seen;
    },
  },
  {
    name: "reads a fetched response as a stream",
    needs: ({ version }) => (version[0] ?? 0) >= 5,
    spans: ["fetch_response completed"],
    run: async ({ client }) =>
      readAll(await client.responses.retrieve("resp_1", { stream: true, starting_after: 2 })),
  },
  {
    name: "listens to every event of the response stream helper",
    needs: exists,
    spans: ["chat completed"],
    async run({ client }) {
      const helper = client.responses.stream(params());
      const log: unknown[] = [];
      for (const event of [
        "event",
        "response.output_text.delta",
        "response.completed",
        "error",
        "end",
      ] as const) {
        helper.on(event as "event", (...args: unknown[]) => log.push([event, describe(args)]));
      }
      return { shape: shape(helper), final: describe(await helper.finalResponse()), log };
    },
  },
  {
    name: "loops over the response stream helper and breaks",
    needs: exists,
    spans: ["chat cancelled"],
    async run({ client, provider }) {
      provider.script(sse(responseStream().slice(0, 5), { after: "hang" }));
      const helper = client.responses.stream(params());
      const seen: Seen[] = [];
      for await (const event of helper) {
        seen.push(describe(event));
        if (seen.length === 3) break;
      }
      await provider.quiet();
      return [seen, helper.controller.signal.aborted];
    },
  },
  {
    name: "is refused in the response stream helper",
    needs: exists,
    spans: ["chat error"],
    async run({ client, provider }) {
      provider.script(json(failure("helper"), 400));
      return settled(client.responses.stream(params()).finalResponse());
    },
  },
  {
    name: "picks up a response with the stream helper",
    needs: ({ version }) => (version[0] ?? 0) >= 5,
    spans: ["fetch_response completed"],
    run: async ({ client }) =>
      describe(await client.responses.stream({ response_id: "resp_1" }).finalResponse()),
  },
  {
    name: "parses a structured response with a schema",
    needs: exists,
    spans: ["chat completed"],
    async run(app) {
      app.provider.script(json(response('{"city":"Oslo"}')));
      const promise = app.client.responses.parse({ ...params(), text: { format: await cityFormat(app) } });
      return { shape: shape(promise), value: describe(await promise) };
    },
  },
  {
    name: "parses a response that does not fit, and takes a parsed one raw",
    needs: exists,
    spans: ["chat completed|error", "chat raw", "chat completed"],
    async run(app) {
      const format = await cityFormat(app);
      app.provider.script(
        json(response('{"city":7}')),
        json(response('{"city":"Oslo"}')),
        json(response('{"city":"Oslo"}')),
      );
      const wrong = await settled(app.client.responses.parse({ ...params(), text: { format } }));
      const raw = await app.client.responses.parse({ ...params(), text: { format } }).asResponse();
      const both = await app.client.responses.parse({ ...params(), text: { format } }).withResponse();
      return [wrong, raw.bodyUsed, await raw.text(), describe(both.data)];
    },
  },
  {
    name: "streams a structured response with a schema",
    needs: exists,
    spans: ["chat completed"],
    async run(app) {
      app.provider.script(sse(responseStream('{"city":"Oslo"}')));
      const helper = app.client.responses.stream({ ...params(), text: { format: await cityFormat(app) } });
      return describe(await helper.finalResponse());
    },
  },
  {
    name: "compacts a conversation",
    needs: canCompact,
    spans: "untold",
    run: async ({ client }) =>
      describe(await client.responses.compact({ model: "gpt-4o-mini", input: "long" })),
  },
  {
    name: "cancels a response, deletes it and lists what went into it",
    needs: ({ version }) => (version[0] ?? 0) >= 5,
    spans: "untold",
    async run({ client }) {
      const items: unknown[] = [];
      for await (const item of client.responses.inputItems.list("resp_1")) items.push(describe(item));
      return [
        describe(await client.responses.cancel("resp_1")),
        await settled(client.responses.delete("resp_1")),
        items,
      ];
    },
  },
];

async function cityFormat(app: OpenAIApp) {
  const { zodTextFormat } = await app.load<typeof import("openai/helpers/zod")>("openai/helpers/zod");
  const { z } = await app.load<typeof import("zod")>("zod");
  return zodTextFormat(z.object({ city: z.string() }) as never, "city");
}
