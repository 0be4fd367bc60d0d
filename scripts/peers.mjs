// `npm run test:peers`: what can only be shown with other people's servers. Says which of them are there, starts
// those it can start, and runs the tests of each; what is absent is named, and its tests are skipped by that name.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setup } from "./setup.mjs";

const { env } = process;

function onPath(...names) {
  // Debian keeps servers in a folder that only root has on the PATH.
  const folders = [...(env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

function hasDockerCompose() {
  const answers = (...args) => spawnSync("docker", args, { stdio: "ignore" }).status === 0;
  return answers("compose", "version") && answers("info");
}

const PEERS = [
  {
    name: "Jaeger 2",
    found: env.JAEGER_BIN || onPath("jaeger"),
    get: "JAEGER_BIN: the binary of a release, or `go build ./cmd/jaeger` in its source",
    tests: ["test/peers"],
  },
  {
    name: "OpenTelemetry Collector",
    found: env.OTELCOL_BIN || onPath("otelcol-contrib", "otelcol"),
    get: "OTELCOL_BIN: the contrib distribution, or one of your own with examples/collector/builder.yaml",
    tests: ["test/peers"],
  },
  {
    name: "Docker with Compose",
    found: hasDockerCompose() && "docker compose",
    get: "an engine that runs; the images come from where it gets them",
    tests: ["test/peers"],
    env: { KIT_DOCKER_COMPOSE: "1" },
  },
  {
    name: "npm registry",
    found: env.VERDACCIO_BIN || onPath("verdaccio"),
    get: "VERDACCIO_BIN: `npm install verdaccio` in a folder of its own",
    tests: ["test/peers"],
  },
  {
    name: "Next.js",
    found: env.KIT_NEXTJS && "next, from npm",
    get: "KIT_NEXTJS=1: npm installs it, and it builds and starts two applications",
    tests: ["test/peers/nextjs.test.ts"],
  },
  {
    name: "nats-server",
    found: env.NATS_SERVER_BIN || onPath("nats-server"),
    get: "NATS_SERVER_BIN, or `apt-get install nats-server`",
    tests: ["test/kryten", "test/peers"],
  },
  {
    name: "LiteLLM proxy",
    found: env.LITELLM_BIN || onPath("litellm"),
    get: "LITELLM_BIN: `pip install 'litellm[proxy]'` in an environment of its own",
    tests: ["test/peers"],
  },
  {
    name: "kryten-robot, kryten-py",
    found: env.KRYTEN_ROBOT_BIN && env.KRYTEN_PY_PYTHON && `${env.KRYTEN_ROBOT_BIN}, ${env.KRYTEN_PY_PYTHON}`,
    get: "KRYTEN_ROBOT_BIN and KRYTEN_PY_PYTHON: `pip install` each in an environment of its own",
    tests: ["test/kryten/real-peers.test.ts"],
  },
  {
    name: "ailoop server",
    found: env.AILOOP_BIN,
    get: "AILOOP_BIN: `cargo build --release` in the source of goailoop/ailoop",
    tests: ["test/ailoop/server.test.ts", "test/peers"],
  },
  {
    name: "CatSyphon server",
    found: env.KIT_CATSYPHON_URL,
    get: "KIT_CATSYPHON_URL and KIT_CATSYPHON_WORKSPACE_ID of one that runs",
    tests: ["test/catsyphon/real-server.test.ts", "test/peers"],
  },
  {
    name: "AgentPulse Worker",
    found: env.AGENTPULSE_REAL_URL,
    get: "AGENTPULSE_REAL_URL of one that runs, and AGENTPULSE_REAL_PRO_KEY, a key on its pro plan",
    tests: ["test/agentpulse/real-server.test.ts", "test/peers"],
  },
  {
    name: "AgentPulse self-host server",
    found: env.AGENTPULSE_SELF_HOST_URL,
    get: "AGENTPULSE_SELF_HOST_URL of one that runs",
    tests: ["test/agentpulse/real-server.test.ts"],
  },
];

setup();
for (const { name, found, get } of PEERS) {
  console.log(found ? `present  ${name}: ${found}` : `ABSENT   ${name}. To have it: ${get}`);
}
const present = PEERS.filter(({ found }) => found);
const tests = [...new Set(present.flatMap((peer) => peer.tests))].filter((path) => existsSync(path));
if (tests.length === 0) {
  console.log("No peer is here: nothing to run.");
  process.exit(0);
}
const { status } = spawnSync(
  process.execPath,
  [join("node_modules", "vitest", "vitest.mjs"), "run", "--maxWorkers=1", ...tests, ...process.argv.slice(2)],
  { stdio: "inherit", env: Object.assign({ ...env }, ...present.map((peer) => peer.env)) },
);
process.exit(status ?? 1);
