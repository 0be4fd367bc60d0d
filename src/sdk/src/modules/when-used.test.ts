import "openai";
import { expect, it } from "vitest";
import type { Adapter } from "../libraries/adapters.js";
import type { Log } from "../log.js";
import { attachWhenUsed } from "./when-used.js";

it("says once that an adapter cannot be attached, and leaves its library alone", () => {
  const said: string[] = [];
  const log = { warn: (line: string) => said.push(line), info: () => {} } as unknown as Log;
  const adapter = { name: "openai", modules: ["openai"], exported: [] } as unknown as Adapter;
  const patched: Adapter[] = [];
  const attach = () => {
    throw new Error("a part is missing");
  };
  const stop = attachWhenUsed([adapter], { attach, patch: (each) => patched.push(each) }, true, log);
  stop();
  expect(said).toEqual(["openai cannot be instrumented: Error: a part is missing"]);
  expect(patched).toEqual([]);
});
