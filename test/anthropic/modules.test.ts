import { describe, expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";
import { type Program, runIn } from "../support/register/run-app.js";
import { HELLO, MODEL, reply, VERSIONS, type Version } from "./support.js";

const world = useWorld();

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
async function run(version: Version, program: Program, node?: string, env = {}) {
  const { stdout, stderr } = await runIn(version, program, {
    ...(node !== undefined && { node }),
    env: {
      ANTHROPIC_API_KEY: "test",
      ANTHROPIC_BASE_URL: world.provider.serve("/anthropic", () => reply(HELLO, true)),
      ...world.env(env),
    },
  });
  return { stdout, stderr };
}

const LATEST: readonly Version[] = ["anthropic-1"];
const names = () => world.collector.spans.map(({ name }) => name);

describeOnNodes((node, { major }) => {
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

it("takes the mode for the SDK's own spans from the environment", async () => {
  const mode = (value: string) => ({ KIT_ANTHROPIC_NATIVE_TELEMETRY: value });
  await run("anthropic-1", PROGRAMS["an ES module"], undefined, mode("native"));
  expect(names()).toEqual(["anthropic.messages.create"]);
  world.collector.reset();
  await run("anthropic-1", PROGRAMS["an ES module"], undefined, mode("both"));
  expect(names().sort()).toEqual(["anthropic.messages.create", `chat ${MODEL}`]);
  world.collector.reset();
  const { stderr } = await run("anthropic-1", PROGRAMS["an ES module"], undefined, mode("theirs"));
  expect(names()).toEqual([`chat ${MODEL}`]);
  expect(stderr).toBe(
    '[kit] KIT_ANTHROPIC_NATIVE_TELEMETRY: "theirs" is not one of ours, native, both; ours is used.\n',
  );
});
