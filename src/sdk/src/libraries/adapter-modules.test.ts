import { expect, it } from "vitest";
import { ADAPTERS } from "./adapters.js";

/** The table stands beside the instrumentations, so that none is loaded before its library is. */
it.each(ADAPTERS.map((adapter) => [adapter.name, adapter] as const))(
  "waits for every module that the instrumentation of %s hooks",
  (_, { create, modules, companions = [] }) => {
    const instrumentation = create({ enabled: false }) as unknown as {
      getModuleDefinitions(): { name: string; files: { name: string }[] }[];
    };
    const hooked = instrumentation
      .getModuleDefinitions()
      .flatMap(({ name, files }) => [name, ...files.map((file) => file.name)])
      .map((file) => file.replace(/\.[cm]?js$/, ""));
    const awaited = [...modules, ...companions.flat()] as readonly string[];
    expect(hooked.length).toBeGreaterThan(0);
    expect([...new Set(hooked)].filter((file) => !awaited.includes(file))).toEqual([]);
  },
);
