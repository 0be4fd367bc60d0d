import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FakeAgentPulse } from "../support/agentpulse/index.js";
import type { FakeCatSyphon } from "../support/catsyphon/server.js";
import { expectConformant } from "../support/conformance.js";
import type { CollectedSpan } from "../support/otlp/collected.js";
import { toReadableSpan } from "../support/otlp/readable-span.js";
import { outline, RELEASE } from "../support/release-agent/outline.js";
import { type Run, runReleaseAgent } from "../support/release-agent/run.js";
import { StandIns } from "../support/release-agent/stand-ins.js";

const SESSION = "release-1.4.0";

/** Both processes against stand-ins of everything, whatever this machine's environment names. */
async function play(variables: Readonly<Record<string, string>>, approves = true) {
  const standIns = await StandIns.start({ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, { approves, collector: false });
  const run = await runReleaseAgent({ ...standIns.variables, ...variables });
  return { standIns, run, spans: standIns.desk.spans };
}

/** What the announcer does before and after it hears of anything is no part of the release. */
function ofTheRelease(spans: readonly CollectedSpan[]): CollectedSpan[] {
  const [root] = named(spans, "cron nightly-release");
  return spans.filter(({ traceId }) => traceId === root?.traceId);
}

const toOutlined = ({ name, spanId, parentSpanId, startNanos, attributes }: CollectedSpan) => ({
  name,
  spanId,
  parentId: parentSpanId,
  start: startNanos,
  attributes,
});

const named = (spans: readonly CollectedSpan[], name: string): CollectedSpan[] =>
  spans.filter((span) => span.name === name);

describe("a release that a person approves", { timeout: 120_000 }, () => {
  let standIns: StandIns;
  const agentPulse = () => standIns.agentPulse as FakeAgentPulse;
  let run: Run;
  let spans: readonly CollectedSpan[];
  beforeAll(async () => {
    ({ standIns, run, spans } = await play({
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "SPAN_ONLY",
      AGENTPULSE_CAPTURE_MESSAGES: "false",
    }));
  }, 120_000);
  afterAll(() => standIns?.close());

  it("says what it does, and nothing else", () => {
    expect(run.code).toBe(0);
    // Which of the two is the first to be done is for the machine to say.
    const ofAnnouncer = (line: string) => /^> (announcer|in #)/.test(line);
    expect(run.lines.filter(ofAnnouncer)).toEqual([
      "> announcer: listening",
      "> in #releases: Shop 1.4.0 is out: your cart follows you, and München is found at last!",
    ]);
    expect(run.lines.filter((line) => !ofAnnouncer(line))).toEqual([
      "> 1.4.0 keeps carts between devices, finds words with umlauts, and loads the front page faster.",
      "> asking a person",
      "> 1.4.0: released",
    ]);
  });

  it("is one trace over three processes, with every span below its cause", () => {
    const others = spans.filter((span) => !ofTheRelease(spans).includes(span));
    expect(others.map(({ name }) => name).toSorted()).toEqual([
      "kryten connect",
      "publish kryten.lifecycle.announcer.shutdown",
      "publish kryten.lifecycle.announcer.startup",
    ]);
    expect(outline(ofTheRelease(spans).map(toOutlined))).toEqual(RELEASE);
    const services = new Set(ofTheRelease(spans).map(({ resource }) => resource["service.name"]));
    expect([...services].toSorted()).toEqual(["announcer", "release-agent", "shop-build"]);
  });

  it("has every span once, and no orphan", () => {
    const ids = spans.map(({ spanId }) => spanId);
    expect(new Set(ids).size).toBe(ids.length);
    const orphans = spans.filter(({ parentSpanId }) => parentSpanId && !ids.includes(parentSpanId));
    expect(orphans.map(({ name }) => name)).toEqual([]);
  });

  it("tells which build failed, and nothing else failed", () => {
    const failed = spans.filter(({ status }) => status.code === 2);
    expect(failed.map(({ name, status }) => `${name}: ${status.message}`).toSorted()).toEqual([
      "build: CHANGELOG.md has no entry for 1.4.0",
      "check changelog: CHANGELOG.md has no entry for 1.4.0",
      "exec node: exit code 1",
    ]);
  });

  it("links the step that was allowed to the answer that allowed it", () => {
    const [approval] = named(spans, "task approval");
    const [waiting] = named(spans, "await_response public");
    expect(approval?.links).toEqual([{ traceId: waiting?.traceId, spanId: waiting?.spanId }]);
    expect(waiting?.attributes).toMatchObject({ "ailoop.outcome": "approved" });
  });

  it("belongs to its session in the sandbox and behind the bus, too", () => {
    const keys = new Map(ofTheRelease(spans).map(({ name, attributes }) => [name, attributes["session.id"]]));
    expect(keys.get("cron nightly-release")).toBe("agent:main:cron:nightly-release");
    for (const name of ["invoke_workflow release", "exec node", "pack", "await_response public"]) {
      expect(keys.get(name)).toBe(SESSION);
    }
    expect(keys.get("chat gpt-4.1-nano")).toBe(SESSION);
  });

  it("follows the conventions in every span", () => {
    expectConformant(
      { spans: spans.map(toReadableSpan), metrics: [], logs: [] },
      { capture: "SPAN_ONLY", events: false, metrics: false },
    );
  });

  it("costs in AgentPulse what it costs on the spans, call by call", async () => {
    const calls = spans.filter(({ attributes }) => attributes["gen_ai.operation.name"] === "chat");
    const events = agentPulse().accepted.filter(({ kind }) => kind === "cost");
    const facts = (span: CollectedSpan) => ({
      input: span.attributes["gen_ai.usage.input_tokens"],
      output: span.attributes["gen_ai.usage.output_tokens"],
      cost: span.attributes["kit.cost.usd"],
    });
    const onSpans = Object.fromEntries(calls.map((span) => [span.spanId, facts(span)]));
    const inEvents = Object.fromEntries(
      events.map(({ span_id, data }) => [
        span_id,
        { input: data?.input_tokens, output: data?.output_tokens, cost: data?.cost_usd },
      ]),
    );
    expect(Object.keys(onSpans)).toHaveLength(8);
    expect(events).toHaveLength(8);
    expect(inEvents).toEqual(onSpans);
    const sum = (pick: (span: CollectedSpan) => unknown[]) =>
      calls.flatMap(pick).reduce<number>((all, value) => all + Number(value), 0);
    const { cost } = (await agentPulse().stats()) as { cost: { usd: number; tokens: number } };
    expect(cost.tokens).toBe(sum((span) => [facts(span).input, facts(span).output]));
    expect(cost.usd).toBeCloseTo(
      sum((span) => [facts(span).cost]),
      9,
    );
    expect(cost.usd).toBeGreaterThan(0.004);
  });

  it("sums up on each agent what was used for it, once", () => {
    const used = (name: string) => {
      const [span] = named(spans, name);
      return [span?.attributes["gen_ai.usage.input_tokens"], span?.attributes["gen_ai.usage.output_tokens"]];
    };
    expect(used("invoke_agent release-writer")).toEqual([301 + 388, 38 + 61]);
    expect(used("invoke_agent release-manager")).toEqual([
      412 + 508 + 604 + 700 + 796 + 689,
      4 * 17 + 24 + 99,
    ]);
    expect(used("invoke_agent announcer")).toEqual([74, 23]);
  });

  it("is a session, a job, their steps and their figures in AgentPulse", () => {
    const told = agentPulse().accepted.filter(({ kind }) => kind !== "cost");
    const kinds = told.map(({ kind, session }) => `${kind} ${session ?? "-"}`);
    const count = (line: string) => kinds.filter((each) => each === line).length;
    expect(count(`session_start ${SESSION}`)).toBe(1);
    expect(count(`session ${SESSION}`)).toBe(1);
    expect(count("cron agent:main:cron:nightly-release")).toBe(1);
    expect(count(`custom_event ${SESSION}`)).toBe(1);
    expect(count(`metric ${SESSION}`)).toBe(2);
    expect(JSON.stringify(agentPulse().accepted)).not.toContain("umlauts");
  });

  it("reads as three conversations in CatSyphon", () => {
    const catSyphon = standIns.catSyphon as FakeCatSyphon;
    const writer = named(spans, "invoke_agent release-writer")[0]?.spanId;
    const ids = catSyphon.conversations.all().map(({ sessionId }) => sessionId);
    const [manager, author, announcer] = [
      `release-agent:${SESSION}`,
      `release-agent:${SESSION}.${writer}`,
      `announcer:${SESSION}`,
    ];
    expect(ids.toSorted()).toEqual([announcer, manager, author].toSorted());
    const page = (id: string) =>
      catSyphon.messages(id).map(({ role, content }) => `${role}: ${content.trim().split("\n")[0]}`);
    expect(page(manager)).toEqual([
      expect.stringMatching(/^system: You prepare releases/),
      "user: Prepare release 1.4.0.",
      "assistant: [Tool Call: list_changes] {}",
      expect.stringMatching(/^system: \[Tool Result\] \{"changes":\[\{"id":"4f1c2aa"/),
      'assistant: [Tool Call: run_build] {"version":"1.4.0"}',
      expect.stringMatching(/^system: \[Tool Result\] \{"passed":false/),
      'assistant: [Tool Call: write_notes] {"version":"1.4.0"}',
      "system: [Tool Result] The changelog has an entry now.",
      'assistant: [Tool Call: run_build] {"version":"1.4.0"}',
      expect.stringMatching(/^system: \[Tool Result\] \{"passed":true/),
      expect.stringMatching(/^assistant: 1\.4\.0 keeps carts/),
    ]);
    expect(page(author)).toEqual([
      expect.stringMatching(/^system: You write release notes/),
      expect.stringMatching(/^user: Notes for 1\.4\.0/),
      'assistant: [Tool Call: show_change] {"id":"4f1c2aa"}',
      expect.stringMatching(/^system: \[Tool Result\] \{"id":"4f1c2aa"/),
      "assistant: # 1.4.0",
    ]);
    expect(catSyphon.conversation(author).metadata).toMatchObject({
      agent_type: "release-writer",
      parent_session_id: manager,
    });
    expect(page(announcer)).toHaveLength(3);
  });
});

describe("a release that a person does not approve", { timeout: 120_000 }, () => {
  it("ends before the deployment, and says nothing of what was said unless asked to", async () => {
    const { standIns, run, spans } = await play({}, false);
    await standIns.close();
    expect(run.code).toBe(0);
    expect(run.lines.at(-1)).toBe("> 1.4.0: not approved");
    expect(named(spans, "task deployment")).toEqual([]);
    expect(named(spans, "process kryten.events.release-agent.released")).toEqual([]);
    expect(named(spans, "await_response public")[0]?.attributes["ailoop.outcome"]).toBe("denied");
    const told = [
      JSON.stringify(spans.map(({ attributes, events }) => [attributes, events])),
      ...(standIns.agentPulse?.requests ?? []).map(({ body }) => body),
      ...(standIns.catSyphon?.requests ?? []).map(({ body }) => body),
    ].join("\n");
    for (const said of ["umlauts", "Prepare release", "You prepare", "4f1c2aa"]) {
      expect(told).not.toContain(said);
    }
  });
});
