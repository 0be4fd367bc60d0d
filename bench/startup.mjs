// Milliseconds until the application is ready, and the memory it has then. Runs are interleaved.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "./statistics.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const PRELOADS = {
  bare: [],
  "plain OTel": ["startup/plain-otel.mjs"],
  "loader thread": ["startup/loader-thread.mjs"],
  kit: ["../src/register/dist/bundle/index.js"],
  "contrib, with its ESM hook": ["startup/contrib.mjs"],
};

function start(app, preloads, node) {
  const imports = preloads.flatMap((name) => ["--import", new URL(name, import.meta.url).href]);
  const [command, ...before] = node;
  const printed = execFileSync(command, [...before, ...imports, path(app)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, OTEL_SERVICE_NAME: "bench" },
  });
  return JSON.parse(printed.trim().split("\n").at(-1));
}

/** Medians by kind of application and by what is preloaded. */
export function measureStartup({ rounds, node = [process.execPath] }) {
  return ["startup/app.cjs", "startup/app.mjs"].map((app) => {
    const samples = Object.fromEntries(Object.keys(PRELOADS).map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, preloads] of Object.entries(PRELOADS)) samples[name].push(start(app, preloads, node));
    }
    const of = (name, key) => median(samples[name].map((sample) => sample[key]));
    return {
      app: app.endsWith("cjs") ? "CommonJS" : "ES module",
      bare: of("bare", "ready"),
      added: Object.fromEntries(
        Object.keys(PRELOADS)
          .slice(1)
          .map((name) => [
            name,
            {
              ms: of(name, "ready") - of("bare", "ready"),
              mib: (of(name, "rss") - of("bare", "rss")) / 2 ** 20,
            },
          ]),
      ),
    };
  });
}
