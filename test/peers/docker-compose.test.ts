import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { Jaeger } from "../support/peers/jaeger.js";
import { contentOf, expectQuickstart, quickstart } from "../support/peers/quickstart.js";

const ROOT = join(import.meta.dirname, "../..");
const jaeger = new Jaeger("http://localhost:4318", "http://localhost:16686");

/** A project of its own, so that containers somebody works with are left alone. */
async function shell(command: string): Promise<void> {
  const env = { ...process.env, COMPOSE_PROJECT_NAME: "kit-peers" };
  await promisify(execFile)("sh", ["-c", command], { cwd: ROOT, env });
}

/** The commands as they stand on the pages, so that no other ones are tried. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...new Set(text.match(/docker compose [a-z -]*up -d(?: [a-z]+)?/g))];
}

describe.skipIf(!process.env.KIT_DOCKER_COMPOSE)(
  "docker compose (absent unless KIT_DOCKER_COMPOSE says that an engine may be used)",
  { timeout: 600_000 },
  () => {
    const [plain = "", collector = ""] = commandsOf("README.md");
    afterAll(() => shell("docker compose --profile '*' down --volumes"));

    it("starts the Jaeger of the front page, which gives the trace back", async () => {
      expect(plain).toBe("docker compose up -d");
      await shell(plain);
      await expect.poll(() => jaeger.services(), { timeout: 60_000 }).toBeDefined();
      const spans = await quickstart(jaeger.endpoint, jaeger);
      expectQuickstart(spans);
      expect(contentOf(spans)).not.toEqual([]);
    });

    it("puts the collector of the front page in between", async () => {
      expect(collector).toBe("docker compose --profile collector up -d");
      await shell(collector);
      const endpoint = "http://localhost:14318";
      const reached = () => fetch(endpoint, { signal: AbortSignal.timeout(2_000) }).then(() => true);
      await expect.poll(reached, { timeout: 60_000 }).toBe(true);
      const spans = await quickstart(endpoint, jaeger);
      expectQuickstart(spans);
      expect(contentOf(spans)).toEqual([]);
    });

    it("starts the bus of the Kryten example, in health", async () => {
      const [nats = ""] = commandsOf("examples/kryten/README.md");
      expect(nats).toBe("docker compose up -d nats");
      await shell(`${nats} --wait`);
    });
  },
);
