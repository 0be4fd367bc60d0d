import Anthropic from "@anthropic-ai/sdk";
import { init, patch, shutdown } from "@kit/sdk";
import * as openaiModule from "openai";
import OpenAI, { AzureOpenAI } from "openai";
import { expect, it, vi } from "vitest";
import { useApplication } from "./harness.js";

const app = useApplication();
const { prototype } = OpenAI.Chat.Completions;
const original = prototype.create;

it.each([
  [{ autoPatch: false }, {}],
  [{}, { AGENTPULSE_AUTO_PATCH: "no" }],
  [{ patchOpenai: false }, {}],
  [{ disabledInstrumentations: ["openai"] }, {}],
  [{ enabledInstrumentations: ["anthropic"] }, {}],
])("leaves a library alone for %j and %j", async (options, variables) => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  app.start(options);
  expect(prototype.create).toBe(original);
  await app.ask();
  await shutdown();
  expect(app.server.ofKind("cost")).toEqual([]);
});

it("leaves one library alone and not the other", () => {
  const anthropic = Anthropic.Messages.prototype.create;
  app.start({ patchOpenai: false });
  expect(prototype.create).toBe(original);
  expect(Anthropic.Messages.prototype.create).not.toBe(anthropic);
});

it.each([
  ["its namespace", openaiModule],
  ["its class", OpenAI],
  ["another class of it", AzureOpenAI],
  ["an object that holds its class", { default: OpenAI }],
])("patches what it is given by hand: %s", async (_, exports) => {
  app.start({ autoPatch: false });
  expect(patch(exports)).toBe(true);
  await app.ask();
  await shutdown();
  expect(app.server.ofKind("cost")).toHaveLength(1);
  expect(prototype.create).toBe(original);
});

it("patches a class that a bundler renamed, when told what it is", () => {
  class Renamed extends OpenAI {}
  app.start({ autoPatch: false });
  expect(patch(Renamed, "openai")).toBe(true);
  expect(prototype.create).not.toBe(original);
});

it.each([
  [undefined],
  [null],
  [5],
  ["openai"],
  [{}],
  [() => {}],
  [class Unknown {}],
  // Of litellm's names every other library may have one.
  [{ completion() {} }],
  [function completion() {}],
])("leaves %s alone, with a warning", (exports) => {
  app.start();
  expect(patch(exports)).toBe(false);
  expect(app.stderr).toHaveLength(1);
});

it("never patches twice", async () => {
  app.start();
  const patched = prototype.create;
  expect(patch(openaiModule)).toBe(true);
  expect(patch(OpenAI)).toBe(true);
  init();
  expect(prototype.create).toBe(patched);
  await app.ask();
  await shutdown();
  expect(app.server.ofKind("cost")).toHaveLength(1);
  expect(prototype.create).toBe(original);
});
