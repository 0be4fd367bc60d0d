import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SpritesServer, TOKEN } from "../support/sprites/server.js";

const file = (name: string) => fileURLToPath(new URL(`../support/sprites/tls/${name}`, import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));
let server: SpritesServer;

beforeAll(async () => {
  server = await SpritesServer.start({
    key: readFileSync(file("key.pem"), "utf8"),
    cert: readFileSync(file("cert.pem"), "utf8"),
  });
});
afterAll(() => server.close());

const PROGRAM = `
  import { SpritesClient } from "@kit/sprites";
  const sprite = new SpritesClient().attach("box");
  try {
    const { id } = await sprite.checkpoint();
    console.log(id, String((await sprite.exec("echo over tls").run()).stdout));
  } catch (error) {
    console.log(error.name);
    console.log(await sprite.exec("true").run().catch((error) => error.name));
  }`;

async function run(env: NodeJS.ProcessEnv): Promise<string> {
  const all = { ...process.env, SPRITES_ENDPOINT: server.endpoint, SPRITES_TOKEN: TOKEN, ...env };
  const args = ["--input-type=module", "-e", PROGRAM];
  return (await promisify(execFile)(process.execPath, args, { cwd: root, env: all })).stdout;
}

it("talks TLS to an https endpoint, for commands too", async () => {
  expect(server.endpoint).toMatch(/^https:/);
  expect(await run({ NODE_EXTRA_CA_CERTS: file("cert.pem") })).toBe("v1 over tls\n\n");
});

it("does not trust a certificate that the system does not", async () => {
  expect(await run({ NODE_EXTRA_CA_CERTS: undefined })).toBe("ConnectionError\nConnectionError\n");
});
