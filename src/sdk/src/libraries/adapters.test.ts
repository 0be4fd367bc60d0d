import { expect, it } from "vitest";
import { Configuration } from "../configuration.js";
import type { InitOptions } from "../settings/options.js";
import { type Adapter, chooseAdapters } from "./adapters.js";

const ADAPTERS = ["one", "two", "three"].map(
  (name) => ({ name, modules: [name], create: () => ({}) }) as unknown as Adapter,
);

function choose(options: InitOptions, variables: Record<string, string> = {}) {
  const problems: string[] = [];
  const configuration = new Configuration(variables, (problem) => problems.push(problem));
  return { names: chooseAdapters(options, configuration, ADAPTERS).map(({ name }) => name), problems };
}

it("takes all, only the enabled, or all but the disabled", () => {
  expect(choose({}).names).toEqual(["one", "two", "three"]);
  expect(choose({ enabledInstrumentations: ["two"] }).names).toEqual(["two"]);
  expect(choose({ disabledInstrumentations: ["two"] }).names).toEqual(["one", "three"]);
  expect(
    choose({ enabledInstrumentations: ["one", "two"], disabledInstrumentations: ["two"] }).names,
  ).toEqual(["one"]);
});

it("lets an option win over its variable", () => {
  expect(
    choose({ enabledInstrumentations: ["one"] }, { OTEL_NODE_ENABLED_INSTRUMENTATIONS: "two" }).names,
  ).toEqual(["one"]);
});

it("takes exactly what the kit's own variable names, whatever is asked of other instrumentations", () => {
  const others = {
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: "http",
    OTEL_NODE_DISABLED_INSTRUMENTATIONS: "one",
  };
  const { names, problems } = choose({}, { ...others, KIT_INSTRUMENTATIONS: "one,three" });
  expect({ names, problems }).toEqual({ names: ["one", "three"], problems: [] });
  expect(choose({ enabledInstrumentations: ["two"] }, { KIT_INSTRUMENTATIONS: "one" }).names).toEqual([
    "two",
  ]);
});

it("enables nothing where all instrumentations are named and none of them is the kit's", () => {
  const { names, problems } = choose({}, { OTEL_NODE_ENABLED_INSTRUMENTATIONS: "http" });
  expect(names).toEqual([]);
  expect(problems).toEqual([
    'OTEL_NODE_ENABLED_INSTRUMENTATIONS: "http" is not one of one, two, three, none; it is ignored.',
    "OTEL_NODE_ENABLED_INSTRUMENTATIONS names none of the kit's, so none is enabled; KIT_INSTRUMENTATIONS can.",
  ]);
});

it.each([
  ["the option", { enabledInstrumentations: ["won"] }, {}],
  ["the kit's own variable", {}, { KIT_INSTRUMENTATIONS: "won" }],
])("takes %s as not given if it knows no name in it", (_, options, variables) => {
  const { names, problems } = choose(options, variables as Record<string, string>);
  expect(names).toEqual(["one", "two", "three"]);
  expect(problems).toHaveLength(1);
  const shared = { ...variables, OTEL_NODE_ENABLED_INSTRUMENTATIONS: "two" };
  expect(choose(options, shared as Record<string, string>).names).toEqual(["two"]);
});

it("enables nothing for the word none", () => {
  expect(choose({}, { KIT_INSTRUMENTATIONS: "none" })).toEqual({ names: [], problems: [] });
  expect(choose({ enabledInstrumentations: ["none"] })).toEqual({ names: [], problems: [] });
});
