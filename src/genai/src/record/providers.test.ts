import { type LoggerProvider, logs } from "@opentelemetry/api-logs";
import { afterEach, expect, it } from "vitest";
import { resolveProviders } from "./providers.js";

const API_3 = Symbol.for("opentelemetry.js.api.1");
const known = globalThis as { [API_3]?: object };
const before = known[API_3];

afterEach(() => {
  logs.disable();
  known[API_3] = before;
});

const provider = () => ({ getLogger: () => ({}) }) as unknown as LoggerProvider;

it("finds the LoggerProvider of either line, and prefers that of the line it is built on", () => {
  const [older, newer] = [provider(), provider()];
  known[API_3] = { ...before, logs: newer };
  expect(resolveProviders(undefined).loggerProvider).toBe(newer);
  logs.setGlobalLoggerProvider(older);
  expect(resolveProviders(undefined).loggerProvider).not.toBe(newer);
});

it("takes what is no provider there for none", () => {
  known[API_3] = { ...before, logs: {} };
  expect(resolveProviders(undefined).loggerProvider).toBe(logs.getLoggerProvider());
});
