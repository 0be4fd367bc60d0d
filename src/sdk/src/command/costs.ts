import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { PriceOverrides } from "@kit/genai/core";
import { lazy } from "../lazy-packages.js";
import { readManifest } from "../modules/installed.js";
import { require } from "../require.js";
import { foldersAbove } from "./installed-copies.js";

/** US dollars per million tokens, for input of a usual size. */
export interface ModelPrices {
  readonly model: string;
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  readonly output: number;
  /** Whether a long input costs more by the token. */
  readonly tiered: boolean;
}

/** Prices as the cost calculator uses them. */
export interface CostReport {
  readonly models: readonly ModelPrices[];
  readonly unknown: readonly string[];
  /** Where the prices come from, in the order in which they are asked. */
  readonly sources: readonly string[];
}

/** Tokens: enough that rounding loses nothing, and too few for the price tier of long inputs. */
const USUAL = 1000;
const LONG = 900_000;

/**
 * @param models by their names, or as `azure/gpt-4o`; if empty, all of AgentPulse's list and of the file
 * @param file own prices as JSON
 */
export function readCosts(models: readonly string[], file: string | undefined): CostReport {
  const own = file === undefined ? {} : readPrices(file);
  const calculator = new (lazy.core().CostCalculator)(own);
  const { models: listed, asOf } = calculator.published;
  const wanted = models.length > 0 ? models : [...new Set([...Object.keys(own), ...listed])];
  const found = wanted.flatMap((model): ModelPrices[] => {
    const [, provider = "", name = model] = /^([^/]+)\/(.+)$/.exec(model) ?? [];
    const price = (usage: { input: number; output: number; cacheRead?: number; cacheWrite?: number }) => {
      const dollars = calculator.cost(provider, [name], usage);
      return dollars && (dollars / (usage.input + usage.output)) * 1e6;
    };
    const input = price({ input: USUAL, output: 0 });
    if (input === undefined) return [];
    return [
      {
        model,
        input,
        cachedInput: price({ input: USUAL, output: 0, cacheRead: USUAL }) ?? input,
        cacheWrite: price({ input: USUAL, output: 0, cacheWrite: USUAL }) ?? input,
        output: price({ input: 0, output: USUAL }) ?? 0,
        tiered: (price({ input: LONG, output: 0 }) ?? input) > input * 1.001,
      },
    ];
  });
  const known = new Set(found.map(({ model }) => model));
  return {
    models: found,
    unknown: wanted.filter((model) => !known.has(model)),
    sources: [
      ...(file === undefined ? [] : [file]),
      `@pydantic/genai-prices ${maintainedVersion() ?? "(not found)"}`,
      `AgentPulse's list of ${asOf ?? "(not found)"}`,
    ],
  };
}

/** A table for 80 columns. */
export function renderCosts({ models, unknown, sources }: CostReport): string {
  const rows = models.map(({ model, input, cachedInput, cacheWrite, output, tiered }) =>
    toRow(tiered ? `${model} *` : model, [input, cachedInput, cacheWrite, output].map(formatPrice)),
  );
  return [
    "US dollars per million tokens",
    "",
    toRow("model", ["input", "cached", "written", "output"]),
    ...rows,
    ...unknown.map((model) => toRow(model, ["unknown"])),
    "",
    ...(models.some(({ tiered }) => tiered) ? ["* costs more per token for long inputs", ""] : []),
    `Sources: ${sources.join(", then ")}.`,
    "Own prices, by the option `prices` of init or by --prices, win.",
    "",
  ].join("\n");
}

function toRow(model: string, prices: readonly string[]): string {
  return `${model.padEnd(40)}${prices.map((price) => ` ${price.padStart(8)}`).join("")}`;
}

/** `2.50`, `0.075`: at least two decimals. */
function formatPrice(dollars: number): string {
  const exact = String(Number(dollars.toFixed(6)));
  return (exact.split(".")[1]?.length ?? 0) > 2 ? exact : dollars.toFixed(2);
}

function readPrices(file: string): PriceOverrides {
  const text = readFileSync(file, "utf8");
  const prices = lazy.core().parseJson(text);
  if (typeof prices === "object" && prices !== null && !Array.isArray(prices))
    return prices as PriceOverrides;
  throw new TypeError(`${file} is not a JSON object of prices by model`);
}

function maintainedVersion(): string | undefined {
  try {
    const table = createRequire(require.resolve("@kit/genai/core")).resolve("@pydantic/genai-prices");
    return foldersAbove(table).flatMap((folder) => readManifest(folder)?.version ?? [])[0];
  } catch {
    return undefined;
  }
}
