import { describe, settled, shape } from "../observe.js";
import { json, silence, sse } from "../provider.js";
import {
  failure,
  MESSAGE_STREAM,
  message,
  messageParams,
  messageWithTools,
  toolStream,
  toolUse,
} from "./bodies.js";
import type { AnthropicApp, AnthropicScenario } from "./scenario.js";

const LOOP = ["chat completed", "chat completed", "execute_tool completed"];
const hasRunner = ({ client }: AnthropicApp) => typeof client.beta.messages.toolRunner === "function";

type RunnerParams = Parameters<AnthropicApp["client"]["beta"]["messages"]["toolRunner"]>[0];

const OPEN_AGENT = "invoke_agent completed|error|cancelled|aborted";

/** The tool runner: the SDK calls the application's functions between two calls of the model. */
export const tools: readonly AnthropicScenario[] = [
  scenario("runs a tool and goes on", LOOP, async (app) => {
    answerWithTool(app);
    const calls: unknown[] = [];
    const tool = weatherTool((...args) => {
      calls.push([args.length > 0, describe(args[0])]);
      return "7 degrees";
    });
    const runner = run(app, tool);
    const seen: unknown[] = [shape(runner)];
    for await (const reply of runner) seen.push(describe(reply));
    return [...seen, calls, describe(await runner.done())];
  }),
  scenario("awaits the tool runner", LOOP, async (app) => {
    answerWithTool(app);
    return describe(
      await run(
        app,
        weatherTool(async () => "7 degrees"),
      ),
    );
  }),
  scenario("runs a tool until it is done", LOOP, async (app) => {
    answerWithTool(app);
    const runner = run(
      app,
      weatherTool(() => [{ type: "text", text: "7" }]),
    );
    return [describe(await runner.runUntilDone()), describe(runner.params)];
  }),
  scenario("runs a tool made from a schema", LOOP, async (app) => {
    answerWithTool(app);
    const { betaZodTool } = await app.load<typeof import("@anthropic-ai/sdk/helpers/beta/zod")>(
      "@anthropic-ai/sdk/helpers/beta/zod",
    );
    const { z } = await app.load<typeof import("zod/v4")>("zod/v4");
    const tool = betaZodTool({
      name: "weather",
      description: "Tells the weather",
      inputSchema: z.object({ city: z.string() }),
      run: ({ city }) => `sunny in ${city}`,
    });
    return describe(await run(app, tool).runUntilDone());
  }),
  scenario("runs two tools called at once", [...LOOP, "execute_tool completed"], async (app) => {
    const two = [toolUse("weather", { city: "Oslo" }), toolUse("weather", { city: "Rome" }, "toolu_2")];
    app.provider.script(json(messageWithTools(...two)), json(message("done")));
    const order: unknown[] = [];
    const tool = weatherTool((input) => {
      order.push(describe(input));
      return "7";
    });
    return [describe(await run(app, tool).runUntilDone()), order];
  }),
  scenario(
    "runs a tool that throws, and one that rejects",
    [...LOOP.slice(0, 2), ...LOOP.slice(0, 2), "execute_tool error", "execute_tool error"],
    async (app) => {
      const seen: unknown[] = [];
      const works = [
        () => {
          throw new RangeError("the tool's own");
        },
        () => Promise.reject(new RangeError("the tool's own")),
      ];
      for (const work of works) {
        answerWithTool(app);
        seen.push(await settled(run(app, weatherTool(work)).runUntilDone()));
      }
      return seen;
    },
  ),
  scenario("is asked for a tool that it does not have", ["chat completed", "chat completed"], async (app) => {
    app.provider.script(json(messageWithTools(toolUse("unknown", {}))), json(message("sorry")));
    return settled(
      run(
        app,
        weatherTool(() => "7"),
      ).runUntilDone(),
    );
  }),
  scenario(
    "is refused in the middle of a tool loop",
    ["chat completed", "chat error", "execute_tool completed"],
    async (app) => {
      app.provider.script(
        json(messageWithTools(toolUse("weather", {}))),
        json(failure("rate_limit_error"), 429),
      );
      return settled(
        run(
          app,
          weatherTool(() => "7"),
        ).runUntilDone(),
      );
    },
  ),
  scenario("breaks out of a tool loop after the first reply", ["chat completed"], async (app) => {
    answerWithTool(app);
    for await (const reply of run(
      app,
      weatherTool(() => "7"),
    ))
      return describe(reply);
    return null;
  }),
  scenario("aborts a tool loop while the model thinks", ["chat aborted"], async (app) => {
    app.provider.script(silence);
    const controller = new AbortController();
    const params = { ...messageParams(), tools: [weatherTool(() => "7")] } as unknown as RunnerParams;
    const done = settled(
      app.client.beta.messages.toolRunner(params, { signal: controller.signal }).runUntilDone(),
    );
    await app.provider.arrived();
    controller.abort();
    return done;
  }),
  scenario("streams a tool loop", LOOP, async (app) => {
    app.provider.script(sse(toolStream("weather", '{"city":"Oslo"}')), sse(MESSAGE_STREAM));
    const params = {
      ...messageParams(),
      stream: true,
      tools: [weatherTool(() => "7")],
    } as unknown as RunnerParams;
    const seen: unknown[] = [];
    for await (const turn of app.client.beta.messages.toolRunner(params)) {
      seen.push(shape(turn));
      for await (const part of turn as unknown as AsyncIterable<unknown>) seen.push(describe(part));
    }
    return seen;
  }),
  scenario("breaks out of a turn of a streamed tool loop", ["chat cancelled"], async (app) => {
    const turns = streamHanging(app);
    for await (const turn of turns) {
      const before = shape(turn);
      for await (const part of turn as unknown as AsyncIterable<unknown>) return [before, describe(part)];
    }
    return null;
  }),
  scenario(
    "breaks out of a streamed tool loop without a look at its turn",
    ["chat cancelled"],
    async (app) => {
      const turns = streamHanging(app);
      for await (const turn of turns) return [shape(turns), shape(turn)];
      return null;
    },
  ),
  scenario("gives a tool loop another tool while it runs", LOOP, async (app) => {
    answerWithTool(app);
    const runner = run(
      app,
      weatherTool(() => "7"),
    );
    const fresh = weatherTool(() => "8");
    runner.setMessagesParams((params) => ({ ...params, tools: [fresh] as unknown as typeof params.tools }));
    return describe(await runner.runUntilDone());
  }),
  scenario("finds its tools as they were after a tool loop", LOOP, async (app) => {
    answerWithTool(app);
    const tool = weatherTool(() => "7");
    const { run: own } = tool;
    const before = shape(tool);
    await run(app, tool).runUntilDone();
    return [tool.run === own, before, shape(tool)];
  }),
  scenario("passes frozen tools", LOOP, async (app) => {
    answerWithTool(app);
    return describe(await run(app, Object.freeze(weatherTool(() => "7"))).runUntilDone());
  }),
];

// A loop may have a span of its own around it, where the SDK makes one itself.
function scenario(
  name: string,
  spans: AnthropicScenario["spans"],
  work: AnthropicScenario["run"],
): AnthropicScenario {
  return { name, spans, optional: [OPEN_AGENT], needs: hasRunner, run: work };
}

function answerWithTool({ provider }: AnthropicApp): void {
  provider.script(
    json(messageWithTools(toolUse("weather", { city: "Oslo" }))),
    json(message("It is 7 degrees.")),
  );
}

function streamHanging({ client, provider }: AnthropicApp) {
  provider.script(sse(MESSAGE_STREAM.slice(0, 5), { after: "hang" }));
  const params = { ...messageParams(), stream: true, tools: [weatherTool(() => "7")] };
  return client.beta.messages.toolRunner(params as unknown as RunnerParams);
}

function weatherTool(work: (...args: unknown[]) => unknown) {
  return {
    name: "weather",
    description: "Tells the weather",
    input_schema: { type: "object", properties: { city: { type: "string" } } },
    parse: (input: unknown) => input,
    run: (...args: unknown[]) => work(...args),
  };
}

function run({ client }: AnthropicApp, ...list: unknown[]) {
  return client.beta.messages.toolRunner({ ...messageParams(), tools: list } as unknown as RunnerParams & {
    stream?: false;
  });
}
