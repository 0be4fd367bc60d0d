import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { runExample } from "../../../test/support/example.js";
import { KEEP_ALIVE } from "../../../test/support/keep-alive.js";
import { resolveOptions } from "./options.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("lists every option with its default", () => {
  const rows = new Map(
    [...readme.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, name, value]) => [name, value]),
  );
  const defaults = resolveOptions({ name: "x", transport: { send: async () => ({ kind: "delivered" }) } });
  for (const [name, value] of Object.entries(defaults)) {
    const stated = rows.get(name)?.trim().replace(/`/g, "");
    expect(stated === "maxBatchItems" ? "100" : stated?.split(" ")[0], name).toBe(String(value));
  }
  const source = readFileSync(new URL("./options.ts", import.meta.url), "utf8");
  const names = [...source.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
  expect(names).toContain("maxQueueSize");
  expect(names.filter((name) => !rows.has(name))).toEqual([]);
});

it("has an example that runs", async () => {
  const bodies: string[] = [];
  const server = createServer(KEEP_ALIVE, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(gunzipSync(Buffer.concat(chunks)).toString());
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const [, code = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const program = code
    .replace("8080", String(port))
    .replaceAll(/: (readonly unknown\[\]|AbortSignal)| as const/g, "")
    .replace("@kit/delivery", new URL("../dist/bundle/index.js", import.meta.url).href);
  const { stdout } = await runExample("delivery", program);
  server.close();
  expect(stdout).toBe("true\n");
  expect(bodies).toEqual(['[{"hello":"world"}]']);
});
