import { afterAll, describe, expect, it } from "vitest";
import { findNode, MAJORS } from "../support/nodes.js";
import { clear, compile, run } from "./compiled-programs.js";

const TARGET = ["--target", "es2022"];
const MODES = [
  ["standard", TARGET],
  ["legacy", [...TARGET, "--experimentalDecorators"]],
  ["legacy with metadata", [...TARGET, "--experimentalDecorators", "--emitDecoratorMetadata"]],
  [
    "legacy and assigned fields",
    [...TARGET, "--experimentalDecorators", "--useDefineForClassFields", "false"],
  ],
  ["standard, without generators that are asynchronous", ["--target", "es2017"]],
] as const;

const DECORATED = {
  method: { value: ["drawer", ["key"], "find", 1], spans: ["task open", "execute_tool look_up"] },
  "asynchronous method": { value: 3, spans: ["task wait < sum", "sum"] },
  "static method": { value: [true, "made"], spans: ["task made"] },
  "generator method": { value: [1, 2], spans: ["task open < task pages", "task pages"] },
  "asynchronous generator method": {
    value: [1, 2],
    spans: ["task wait < invoke_agent streamer", "invoke_agent streamer"],
  },
  "session and job": {
    value: null,
    spans: [
      "event said < invoke_workflow chat",
      "invoke_workflow chat",
      "event cleaned < cron nightly",
      "cron nightly",
      "invoke_workflow plain",
    ],
  },
  getter: { value: "drawer", spans: ["task open < task label", "task label"] },
  "class untouched": {
    value: [true, true, ["Researcher", 1, 1], "fish", "s", "Researcher(fish)", [], []],
    spans: [],
  },
  class: { value: "fish s", spans: ["task read < invoke_agent Researcher", "invoke_agent Researcher"] },
  "method of a class from outside": {
    value: "fish",
    spans: ["task read < invoke_agent Researcher", "invoke_agent Researcher"],
  },
  "class that extends a decorated one": {
    value: "edited fish s",
    spans: ["task read < invoke_agent editor", "invoke_agent editor"],
  },
};

afterAll(clear);

describe.each(MODES)("decorators, %s", (_, flags) => {
  it("mark methods and classes and leave everything else about them", () => {
    expect(run(process.execPath, compile("decorated", flags))).toEqual(DECORATED);
  });
});

it("mark private methods, fields and accessors that hold functions and classes with private static members, where standard", () => {
  expect(run(process.execPath, compile("standard", TARGET))).toEqual({
    "private method": { value: "sign", spans: ["task #hidden"] },
    "field that holds a function": { value: ["sign here", 1], spans: ["invoke_agent arrow"] },
    "field that does not": { value: 7, spans: [] },
    "accessor that holds a function": { value: "sign here", spans: ["task handler"] },
    "static accessors": { value: ["shared", "locked"], spans: ["invoke_agent shared", "task #locked"] },
    "accessor that does not": { value: 2, spans: [] },
    "class with a private static member": { value: 1, spans: ["invoke_agent Counter"] },
  });
});

const USING = {
  using: { value: 16, spans: ["event inside < invoke_workflow sync", "invoke_workflow sync"] },
  "await using": { value: null, spans: ["event inside < cron nightly", "cron nightly"] },
  "using that is left by an exception": { value: "out", spans: ["event inside < task left", "task left"] },
};

describe.each(MAJORS)("on Node %i", (major) => {
  const node = findNode(major);
  const onNode = it.skipIf(node === undefined);

  onNode("`using` and `await using` end what they hold", () => {
    expect(run(`${node}`, compile("using", TARGET))).toEqual(USING);
  });

  onNode("decorators of both kinds do the same", () => {
    for (const [, flags] of MODES.slice(0, 2))
      expect(run(`${node}`, compile("decorated", flags))).toEqual(DECORATED);
  });
});

it.skipIf(findNode(24) === undefined)("`using` as Node 24 itself has it ends what it holds", () => {
  expect(run(`${findNode(24)}`, compile("using", ["--target", "esnext"]))).toEqual(USING);
});
