import { expect, it } from "vitest";
import { type Adapter, chooseAdapters } from "./adapters.js";
import { Configuration } from "./configuration.js";
import type { InitOptions } from "./options.js";

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

it("enables nothing that a list of strangers does not name", () => {
  const { names, problems } = choose({}, { OTEL_NODE_ENABLED_INSTRUMENTATIONS: "http" });
  expect(names).toEqual([]);
  expect(problems).toHaveLength(1);
});
