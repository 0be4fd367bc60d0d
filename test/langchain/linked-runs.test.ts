import { AsyncResource } from "node:async_hooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collectUntil } from "../support/garbage.js";
import { ALL_VERSIONS, type Any, Stage, toyModel } from "./support.js";

const LINKS = 20;

/** Makes something that runs: it calls `work` while it does. */
type Kind = (work: () => void) => () => Promise<unknown>;

describe.each(ALL_VERSIONS)("%s: runs that each start the next one", (version) => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(version, {}, { openai: false, except: ["missing_expected"] });
  });
  afterEach(() => stage.close());

  function modelOf(work: () => void): Any {
    return toyModel(stage.load, () => {
      work();
      return "Hello";
    });
  }

  function graphOf(work: () => void): Any {
    const { Annotation, END, START, StateGraph } = stage.load("@langchain/langgraph");
    const node = () => {
      work();
      return { text: "1" };
    };
    return new StateGraph(Annotation.Root({ text: Annotation }))
      .addNode("node", node)
      .addEdge(START, "node")
      .addEdge("node", END)
      .compile({ name: "poller" });
  }

  const kinds: Readonly<Record<string, Kind>> = {
    models: (work) => {
      const model = modelOf(work);
      return () => model.invoke("Hi");
    },
    "streamed models": (work) => {
      const model = modelOf(work);
      return async () => {
        for await (const _ of await model.stream("Hi"));
      };
    },
    tools: (work) => {
      const { tool } = stage.load("@langchain/core/tools");
      const schema = { type: "object", properties: {} };
      const poll = tool(work, { name: "poll", description: "polls", schema });
      return () => poll.invoke({});
    },
    chains: (work) => {
      const { RunnableLambda } = stage.load("@langchain/core/runnables");
      const first = RunnableLambda.from((text: string) => {
        work();
        return text;
      });
      const chain = first.pipe(toyModel(stage.load));
      return () => chain.invoke("Hi");
    },
    graphs: (work) => {
      const graph = graphOf(work);
      return () => graph.invoke({});
    },
    "streamed graphs": (work) => {
      const graph = graphOf(work);
      return async () => {
        for await (const _ of await graph.stream({}));
      };
    },
  };

  /** The spans that stay in memory when everything that has ended is exported. */
  async function countKept(): Promise<number> {
    const spans = stage.spans.map((span) => new WeakRef(span));
    stage.telemetry.forget();
    const kept = () => spans.filter((span) => span.deref() !== undefined).length;
    await collectUntil(() => kept() <= 2);
    return kept();
  }

  it.each(Object.entries(kinds))(
    "keep nothing of their predecessors when started after those have ended, as by timers: %s",
    async (_, kind) => {
      let next = () => Promise.resolve<unknown>(undefined);
      const start = kind(() => {
        next = AsyncResource.bind(start);
      });
      await start();
      for (let link = 1; link < LINKS; link += 1) await next();
      expect(stage.spans).toHaveLength(LINKS);
      expect(await countKept()).toBeLessThanOrEqual(2);
      // What was left behind is still there to go on.
      await next();
    },
  );

  // A model that asks another while it runs is one call with it.
  const overlapping = Object.entries(kinds).filter(([name]) => !name.endsWith("models"));

  it.each(overlapping)(
    "keep nothing of ended predecessors when started before the end: %s",
    async (_, kind) => {
      const runs: Promise<unknown>[] = [];
      const start = kind(() => {
        if (runs.length < LINKS) runs.push(start());
      });
      runs.push(start());
      for (let link = 0; link < LINKS; link += 1) await runs[link];
      expect(stage.spans).toHaveLength(LINKS);
      expect(await countKept()).toBeLessThanOrEqual(2);
    },
  );

  it.each(["tools", "graphs"])(
    "are each a child of the one that started it, in one trace: %s",
    async (kind) => {
      let next = () => Promise.resolve<unknown>(undefined);
      const start = (kinds[kind] as Kind)(() => {
        next = AsyncResource.bind(start);
      });
      await start();
      for (let link = 1; link < 4; link += 1) await next();
      const ids = stage.spans.map((span) => span.spanContext().spanId);
      expect(stage.spans.map((span) => span.parentSpanContext?.spanId)).toEqual([
        undefined,
        ...ids.slice(0, 3),
      ]);
    },
  );
});
