import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { BOUNDED, boundedBy, PATIENT_END } from "../support/process/preloads.js";
import { startServer } from "./harness.js";

const LEAVING = fileURLToPath(new URL("./leaving-host.mjs", import.meta.url));
const PROGRAM = fileURLToPath(new URL("./finished-host.mjs", import.meta.url));

it.each([
  ["background", ""],
  ["waiting", "exported: CatSyphon did not answer in time"],
])(
  "ends although the server is silent, after what a flush may take and not a request: %s",
  async (mode, said) => {
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    const asked = once(server, "request");
    const env = {
      ...process.env,
      // As much as the flush at the end of an idle process; a request may take six times that.
      ...boundedBy(5_000),
      CATSYPHON_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      CATSYPHON_COLLECTOR_ID: "c",
      CATSYPHON_API_KEY: "k",
    };
    const child = spawn(process.execPath, [...BOUNDED, PROGRAM, mode], { env, stdio: "pipe" });
    onTestFinished(() => {
      child.kill("SIGKILL");
      server.closeAllConnections();
      server.close();
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    await asked;
    child.stdin.end();
    expect([...(await once(child, "close")), stderr]).toEqual([0, null, said]);
  },
);

/** How the program ended, and what the server knows then of its sessions: number of events, and status. */
async function leave(way: string) {
  const server = await startServer();
  const { collectorId, apiKey } = server.addCollector();
  const env = {
    ...process.env,
    CATSYPHON_URL: server.url,
    CATSYPHON_COLLECTOR_ID: collectorId,
    CATSYPHON_API_KEY: apiKey,
  };
  const child = spawn(process.execPath, [...PATIENT_END, LEAVING, way], { env, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [code] = await once(child, "exit");
  const sessions = server.conversations.all().map(({ lastSequence, status }) => ({ lastSequence, status }));
  return { code, sessions };
}

it.each([
  ["at process.exit()", "exit", 0],
  ["after an uncaught error", "crash", 1],
])("sends what is left and ends the sessions %s", async (_, way, code) => {
  // The start of the session, its calls, its end.
  const session = { lastSequence: 62, status: "completed" };
  expect(await leave(way)).toEqual({ code, sessions: [session, session] });
});

it("sends what could be translated in time at process.exit(), when there is more than that", async () => {
  const { sessions } = await leave("slow");
  const sent = sessions.reduce((sum, { lastSequence }) => sum + lastSequence, 0);
  expect(sent).toBeGreaterThan(10);
  expect(sent).toBeLessThan(120);
});
