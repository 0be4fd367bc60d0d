import { agent, cron, joinSession, session, task, tool } from "@kit/tracing";
import { metrics, propagation, trace } from "@opentelemetry/api";
import { W3CBaggagePropagator } from "@opentelemetry/core";
import { describe, expect, it } from "vitest";
import { type Run, type RunOptions, run } from "../conformance/openai-run.js";
import { completion, refusal, streamedCompletion } from "../support/provider/openai-answers.js";
import { type Answers, json } from "../support/provider-server.js";
import type { Telemetry } from "../support/telemetry.js";

type Client = Parameters<Parameters<typeof run>[1]>[0];

const ask = { model: "gpt-4o", messages: [{ role: "user" as const, content: "Say hi" }] };

/** As `run`, with the providers registered globally, where marks look for them. */
function runMarked(
  answers: Answers,
  app: (client: Client) => Promise<unknown>,
  options?: RunOptions,
): Promise<Run> {
  const inApp = (client: Client, { tracerProvider, meterProvider }: Telemetry) => {
    trace.disable();
    metrics.disable();
    trace.setGlobalTracerProvider(tracerProvider);
    metrics.setGlobalMeterProvider(meterProvider);
    propagation.setGlobalPropagator(new W3CBaggagePropagator());
    return app(client);
  };
  return run(answers, inApp, options);
}

function named({ spans }: Run, name: string) {
  const [span, ...others] = spans.filter((each) => each.name === name);
  if (span === undefined || others.length > 0)
    throw new Error(`not one ${name} in ${spans.map((each) => each.name).join(", ")}`);
  return span;
}

describe("a model call inside a session", () => {
  it("carries its key from its creation, and is its descendant", async () => {
    const ran = await runMarked(completion(), (client) =>
      session("mail", { id: "mail-7" }, async () => {
        await Promise.resolve();
        await task("classify", () => client.chat.completions.create(ask))();
      }),
    );
    const chat = named(ran, "chat gpt-4o");
    expect(chat.attributes).toMatchObject({ "session.id": "mail-7", "gen_ai.conversation.id": "mail-7" });
    expect(ran.atCreation?.get(chat.spanContext().spanId)).toMatchObject({ "session.id": "mail-7" });
    expect(chat.parentSpanContext?.spanId).toBe(named(ran, "task classify").spanContext().spanId);
    expect(chat.spanContext().traceId).toBe(named(ran, "invoke_workflow mail").spanContext().traceId);
    expect(ran.logs[0]?.attributes).toMatchObject({ "session.id": "mail-7" });
  });

  it("keeps the conversation that the call itself names", async () => {
    const answer = json({
      id: "resp_1",
      object: "response",
      model: "gpt-4o",
      status: "completed",
      conversation: { id: "conv_own" },
      output: [],
      usage: { input_tokens: 1, output_tokens: 1 },
    });
    const ran = await runMarked(answer, (client) =>
      session("mail", async () => {
        await client.responses.create({ model: "gpt-4o", input: "hi", conversation: "conv_own" });
      }),
    );
    expect(named(ran, "chat gpt-4o").attributes).toMatchObject({
      "session.id": "mail",
      "gen_ai.conversation.id": "conv_own",
    });
  });

  it("carries its key when its stream is read after the session", async () => {
    const ran = await runMarked(streamedCompletion(), async (client) => {
      const stream = await session("s", () => client.chat.completions.create({ ...ask, stream: true }));
      for await (const _ of stream);
    });
    expect(named(ran, "chat gpt-4o").attributes["session.id"]).toBe("s");
  });

  it("carries it too in the process that joins the session", async () => {
    const ran = await runMarked(completion(), (client) =>
      joinSession({ baggage: "session.id=from-afar" }, () => client.chat.completions.create(ask)),
    );
    expect(ran.onlySpan().attributes["session.id"]).toBe("from-afar");
  });

  it("outside of one carries none", async () => {
    const ran = await runMarked(completion(), async (client) => {
      session("before", () => {});
      await client.chat.completions.create(ask);
    });
    expect(named(ran, "chat gpt-4o").attributes).not.toHaveProperty("session.id");
  });
});

it("books what a scheduled job spends under the job's key", async () => {
  const ran = await runMarked(completion(), (client) =>
    cron("nightly", () => client.chat.completions.create(ask)),
  );
  const chat = named(ran, "chat gpt-4o");
  expect(chat.attributes["session.id"]).toBe("agent:main:cron:nightly");
  expect(chat.attributes["kit.cost.usd"]).toBeGreaterThan(0);
});

describe("an agent", () => {
  it("sums up the tokens of the calls inside, those of agents inside it too", async () => {
    const ran = await runMarked([completion(), completion(), refusal(500, "oops")], (client) =>
      agent("outer").run(async () => {
        await client.chat.completions.create(ask);
        await agent("inner", () => client.chat.completions.create(ask))();
        await client.chat.completions.create(ask).catch(() => {});
      }),
    );
    const usage = (name: string) => {
      const { attributes } = named(ran, name);
      return [attributes["gen_ai.usage.input_tokens"], attributes["gen_ai.usage.output_tokens"]];
    };
    const [input, output] = usage("invoke_agent inner").map(Number);
    expect(output).toBe(3);
    expect(usage("invoke_agent outer")).toEqual([2 * Number(input), 6]);
    expect(named(ran, "invoke_agent inner").attributes["gen_ai.response.finish_reasons"]).toEqual(["stop"]);
    expect(named(ran, "invoke_agent outer").attributes["error.type"]).toBeUndefined();
  });

  it("sums up what a response in its background used, however often it is fetched", async () => {
    const response = { id: "resp_1", model: "gpt-4o", output: [], background: true };
    const queued = json({ ...response, status: "queued", usage: null });
    const done = json({ ...response, status: "completed", usage: { input_tokens: 7, output_tokens: 5 } });
    const ran = await runMarked(
      [queued, queued, done, done],
      (client) =>
        agent("patient", async () => {
          await client.responses.create({ model: "gpt-4o", input: "Say hi", background: true });
          for (let polls = 0; polls < 3; polls += 1) await client.responses.retrieve("resp_1");
        })(),
      // A queued answer has no finish reason.
      { except: ["missing_expected"] },
    );
    expect(named(ran, "invoke_agent patient").attributes).toMatchObject({
      "gen_ai.usage.input_tokens": 7,
      "gen_ai.usage.output_tokens": 5,
      "gen_ai.response.finish_reasons": ["stop"],
    });
  });

  it("that calls no model tells of no usage", async () => {
    const ran = await runMarked(completion(), async () => agent("idle", async () => {})());
    expect(Object.keys(ran.onlySpan().attributes)).toEqual([
      "gen_ai.operation.name",
      "gen_ai.agent.name",
      "kit.kind",
    ]);
  });

  it("has its name on the tools that a library runs for it, each told of once", async () => {
    const asks = json({
      id: "c-1",
      object: "chat.completion",
      model: "gpt-4o",
      choices: [
        {
          index: 0,
          finish_reason: "tool_calls",
          message: {
            role: "assistant",
            content: null,
            tool_calls: [{ id: "call_1", type: "function", function: { name: "weather", arguments: "{}" } }],
          },
        },
      ],
      usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
    });
    const weather = tool("weather", () => "rain");
    const ran = await runMarked([asks, completion()], (client) =>
      agent("forecaster").run(() =>
        client.chat.completions
          .runTools({
            ...ask,
            tools: [
              {
                type: "function",
                function: { name: "weather", function: weather, parameters: {}, description: "tells" },
              },
            ],
          })
          .finalContent(),
      ),
    );
    const run = named(ran, "execute_tool weather");
    expect(run.attributes).toMatchObject({
      "gen_ai.agent.name": "forecaster",
      "gen_ai.tool.call.id": "call_1",
    });
    expect(weather()).toBe("rain");
  });
});

describe("a marked function that gives back what an SDK gave it", () => {
  it("leaves the SDK's own promise whole", async () => {
    let same = false;
    const ran = await runMarked([completion(), completion(), completion()], async (client) => {
      let made: unknown;
      const marked = agent("a", () => {
        const promise = client.chat.completions.create(ask);
        made = promise;
        return promise;
      });
      const promise = marked();
      same = promise === made;
      expect((await promise).choices.length).toBe(1);
      const { data, response } = await marked().withResponse();
      expect([data.choices.length, response.status]).toEqual([1, 200]);
      const raw = await marked().asResponse();
      expect(((await raw.json()) as { choices: unknown[] }).choices.length).toBe(1);
    });
    expect(same).toBe(true);
    expect(ran.spans.filter(({ name }) => name === "invoke_agent a").length).toBe(3);
  });

  it("leaves the SDK's stream whole, which it does not wait for", async () => {
    const ran = await runMarked(streamedCompletion(), async (client) => {
      const stream = await agent("a", () => client.chat.completions.create({ ...ask, stream: true }))();
      expect(typeof stream.tee).toBe("function");
      let chunks = 0;
      for await (const _ of stream) chunks += 1;
      expect(chunks).toBeGreaterThan(1);
    });
    expect(named(ran, "chat gpt-4o").parentSpanContext?.spanId).toBe(
      named(ran, "invoke_agent a").spanContext().spanId,
    );
  });
});

describe("what a refused call quotes", () => {
  const SECRET = "the merger is signed on Monday";
  const refused = json({ error: { message: `Rejected input: "${SECRET}"`, code: "bad" } }, { status: 400 });
  const app = (client: Client) =>
    session("s", () =>
      agent("a", async () => {
        await client.chat.completions.create({ ...ask, messages: [{ role: "user", content: SECRET }] });
      })(),
    ).catch(() => {});

  it("is kept back on every span it passes through", async () => {
    const ran = await runMarked(refused, app);
    expect(ran.spans.map(({ attributes }) => attributes["error.type"])).toEqual(["400", "400", "400"]);
    expect(JSON.stringify(ran.spans.map(({ status, events }) => [status, events]))).not.toContain("merger");
  });

  it("is told on all of them where content is recorded", async () => {
    const ran = await runMarked(refused, app, {
      capture: "SPAN_ONLY",
      config: { captureMessageContent: "SPAN_ONLY" },
    });
    for (const { status } of ran.spans) expect(status.message).toContain(SECRET);
  });
});
