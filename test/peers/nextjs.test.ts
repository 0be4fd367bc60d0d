import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../support/free-port.js";
import { PeerProcess } from "../support/peers/peer-process.js";
import { useWorld } from "../support/register/fixture.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

const FILES = {
  "package.json": '{ "name": "app", "private": true }',
  "app/layout.js": "export default ({ children }) => <html lang='en'><body>{children}</body></html>;",
  "app/page.js": "export default () => <p>hi</p>;",
  "app/chat/route.js": `import { openai } from "../../openai";
    export const dynamic = "force-dynamic";
    export async function GET() {
      const { choices } = await openai().chat.completions.create({ model: "gpt-4.1-mini", messages: [] });
      return Response.json({ said: choices[0].message.content });
    }`,
  "instrumentation.js": `export async function register() {
      if (process.env.NEXT_RUNTIME !== "nodejs") return;
      const { init } = await import("@kit/sdk");
      init();
    }`,
};

const OUTSIDE = {
  "next.config.mjs":
    'export default { output: "standalone", serverExternalPackages: ["@kit/sdk", "openai"] };',
  "openai.js": 'import OpenAI from "openai"; export const openai = () => new OpenAI();',
};
const INSIDE = {
  "next.config.mjs": 'export default { output: "standalone" };',
  "openai.js": `import { patch } from "@kit/sdk";
    import OpenAI from "openai";
    patch(OpenAI, "openai");
    export const openai = () => new OpenAI();`,
};

describe.skipIf(!process.env.KIT_NEXTJS)(
  "Next.js (absent unless KIT_NEXTJS is set)",
  { timeout: 900_000 },
  () => {
    const world = useWorld();
    let app: string;
    let deployed: string;
    const write = (files: Readonly<Record<string, string>>) => {
      for (const [name, source] of Object.entries(files)) {
        mkdirSync(dirname(join(app, name)), { recursive: true });
        writeFileSync(join(app, name), source);
      }
    };

    beforeAll(async () => {
      [app, deployed] = [temporaryFolder(), temporaryFolder()];
      write(FILES);
      const packages = ["src", "instrumentations", "exporters"].flatMap((room) =>
        readdirSync(join(ROOT, room)).map((name) => join(ROOT, room, name)),
      );
      for (const cwd of packages) await run("npm", ["pack", "--pack-destination", app], { cwd });
      const tarballs = readdirSync(app).filter((file) => file.endsWith(".tgz"));
      const names = ["next@16", "react", "react-dom", "openai", "@opentelemetry/api", ...tarballs];
      await run("npm", ["install", "--no-audit", "--no-fund", ...names], { cwd: app });
    }, 900_000);

    it.each([
      ["outside of the bundles", OUTSIDE],
      ["inside, handed over", INSIDE],
    ])("records a call below its route, with the SDK %s", async (_, files) => {
      write(files);
      const env = {
        ...process.env,
        NEXT_TELEMETRY_DISABLED: "1",
        OPENAI_API_KEY: "none",
        NODE_ENV: "production",
      };
      await run(process.execPath, [join(app, "node_modules/next/dist/bin/next"), "build"], { cwd: app, env });
      // Nothing but what was collected: away from the modules it was built with.
      rmSync(deployed, { recursive: true });
      await run("cp", ["-a", join(app, ".next/standalone"), deployed]);
      const port = String(await freePort());
      const url = `http://127.0.0.1:${port}/chat`;
      const server = await PeerProcess.start(process.execPath, [join(deployed, "server.js")], {
        env: world.env({
          OPENAI_API_KEY: "none",
          PORT: port,
          HOSTNAME: "127.0.0.1",
          OTEL_BSP_SCHEDULE_DELAY: "100",
        }),
        ready: url,
      });
      try {
        expect(await (await fetch(url)).json()).toEqual({ said: "Hello yourself" });
        await world.collector.until(
          ({ spans }) => spans.filter(({ name }) => name.startsWith("chat ")).length > 1,
        );
      } finally {
        await server.stop();
      }
      expect(server.said).not.toContain("[kit]");
      const { spans } = world.collector;
      const calls = spans.filter(({ name }) => name === "chat gpt-4.1-mini");
      expect(calls).toHaveLength(world.provider.requests.length);
      const routes = calls.map(
        ({ parentSpanId }) => spans.find(({ spanId }) => spanId === parentSpanId)?.name,
      );
      expect(new Set(routes)).toEqual(new Set(["executing api route (app) /chat"]));
    });
  },
);
