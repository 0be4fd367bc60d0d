import { expect, it } from "vitest";
import { send } from "../support/agentpulse/wire.js";
import { mockOpenAI } from "./mocked-openai.js";
import { run } from "./process.js";

interface Server {
  readonly url: string;
  /** Nobody used it before. */
  readonly key: string;
}

const programs = [
  ["two-lines.mjs", []],
  ["two-lines.cjs", []],
  ["no-lines.mjs", ["--import", "@kit/register"]],
] as const;

/** What a Worker shows of an application that does no more than start the kit. */
export function showsTheApplication(open: () => Promise<Server>): void {
  it.each(programs)("shows model, tokens, cost and latency of the call in %s %j", async (program, flags) => {
    const server = await open();
    const env = await mockOpenAI();
    const ended = await run(server, { program, flags, env });
    expect(ended).toMatchObject({ code: 0, signal: null, stdout: "Hi!\n", stderr: "" });
    const get = async (path: string) =>
      (await send(server.url, { method: "GET", path, key: server.key })).body;
    const cost = { cost: 0.0125, tokens: 2000 };
    expect(await get("/v1/stats")).toMatchObject({
      events: { sdk_init: 1, cost: 1 },
      cost: { usd: 0.0125, tokens: 2000 },
      model_costs: [{ model: "gpt-4o", ...cost }],
    });
    const { events } = await get("/v1/events?kind=cost");
    expect(events).toMatchObject([
      {
        data: {
          provider: "openai",
          model: "gpt-4o",
          response_model: "gpt-4o-2024-08-06",
          input_tokens: 1000,
          output_tokens: 1000,
          tokens: 2000,
          cost_usd: 0.0125,
          latency_ms: expect.any(Number),
          duration: expect.any(Number),
          status: "success",
          streaming: false,
          agent: "child",
        },
      },
    ]);
    expect(events[0].data.latency_ms).toBeGreaterThan(0);
    expect(JSON.stringify(await get("/v1/events"))).not.toMatch(/the-marked-words|Hi!/);
  });
}
