import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OtlpCollector } from "../support/otlp-collector.js";
import { ProviderServer } from "../support/provider-server.js";
import { findNode, MAJORS } from "../support/register/nodes.js";
import { HELLO, MODEL, reply, VERSIONS, type Version } from "./support.js";

let collector: OtlpCollector;
let server: ProviderServer;
beforeAll(async () => {
  collector = await OtlpCollector.start();
  server = await ProviderServer.start();
});
beforeEach(() => collector.reset());
afterAll(async () => {
  await collector.close();
  await server.close();
});

const CALL = `client.messages
  .stream({ model: "${MODEL}", max_tokens: 5, messages: [{ role: "user", content: "Hi" }] })
  .finalMessage().then(({ content }) => console.log(content[0].text));`;

/** Programs of an application that knows nothing of us. */
const PROGRAMS = {
  "an ES module": [
    "module",
    `import Anthropic from "@anthropic-ai/sdk"; const client = new Anthropic();\n${CALL}`,
  ],
  "a CommonJS module": [
    "commonjs",
    `const Anthropic = require("@anthropic-ai/sdk"); const client = new Anthropic();\n${CALL}`,
  ],
} as const;

/** As the clients of Bedrock, Vertex AI and Foundry are made: of the SDK's parts, without its main module. */
const PLATFORM = `class Platform extends BaseAnthropic {
  constructor() { super({ apiKey: "test" }); this.messages = new Messages(this); }
}
const client = new Platform();\n${CALL}`;
const PLATFORM_PROGRAMS = {
  "an ES module": [
    "module",
    `import { BaseAnthropic } from "@anthropic-ai/sdk/client"; import { Messages } from "@anthropic-ai/sdk/resources/index";\n${PLATFORM}`,
  ],
  "a CommonJS module": [
    "commonjs",
    `const { BaseAnthropic } = require("@anthropic-ai/sdk/client"); const { Messages } = require("@anthropic-ai/sdk/resources/index");\n${PLATFORM}`,
  ],
} as const;

/** Runs a program inside the folder of that generation, with the one flag that a user adds. */
async function run(
  version: Version,
  [type, code]: readonly [string, string],
  node = process.execPath,
  env = {},
) {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|ANTHROPIC_|KIT_|NODE_OPTIONS|VITEST)/.test(name),
  );
  const child = spawn(node, ["--import", "@kit/register", `--input-type=${type}`, "-e", code], {
    cwd: fileURLToPath(new URL(`../../matrix/${version}/`, import.meta.url)),
    env: {
      ...Object.fromEntries(clean),
      ANTHROPIC_API_KEY: "test",
      ANTHROPIC_BASE_URL: server.serve("/anthropic", () => reply(HELLO, true)),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { stdout, stderr };
}

const LATEST: readonly Version[] = ["anthropic-1"];
const names = () => collector.spans.map(({ name }) => name);

for (const major of MAJORS) {
  const node = findNode(major);
  describe(`on Node ${major}`, () => {
    if (node == null) {
      it.skip(`node@${major} cannot be installed from npm here`);
      return;
    }
    // How modules are hooked depends on the Node; all generations on one of them is enough.
    describe.each(major === 20 ? VERSIONS : LATEST)("%s", (version) => {
      it.each(Object.entries(PROGRAMS))("is traced in %s", async (_, program) => {
        expect(await run(version, program, node)).toEqual({ stdout: "Hello\n", stderr: "" });
        expect(names()).toEqual([`chat ${MODEL}`]);
      });
    });

    it.each(Object.entries(PLATFORM_PROGRAMS))(
      "the client of another platform is traced in %s",
      async (_, program) => {
        expect(await run("anthropic-1", program, node)).toEqual({ stdout: "Hello\n", stderr: "" });
        expect(names()).toEqual([`chat ${MODEL}`]);
      },
    );
  });
}

it("takes the mode for the SDK's own spans from the environment", async () => {
  const mode = (value: string) => ({ KIT_ANTHROPIC_NATIVE_TELEMETRY: value });
  await run("anthropic-1", PROGRAMS["an ES module"], undefined, mode("native"));
  expect(names()).toEqual(["anthropic.messages.create"]);
  collector.reset();
  await run("anthropic-1", PROGRAMS["an ES module"], undefined, mode("both"));
  expect(names().sort()).toEqual(["anthropic.messages.create", `chat ${MODEL}`]);
  collector.reset();
  const { stderr } = await run("anthropic-1", PROGRAMS["an ES module"], undefined, mode("theirs"));
  expect(names()).toEqual([`chat ${MODEL}`]);
  expect(stderr).toBe(
    '[kit] KIT_ANTHROPIC_NATIVE_TELEMETRY: "theirs" is not one of ours, native, both; ours is used.\n',
  );
});
