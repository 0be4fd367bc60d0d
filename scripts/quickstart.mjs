import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { dim } from "./paint.mjs";

const QUICKSTART = join(dirname(dirname(fileURLToPath(import.meta.url))), "examples", "quickstart");
const COLLECTOR = { host: "127.0.0.1", port: 4318 };

async function listens(address) {
  const socket = connect(address);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Real providers where there are keys, the local one for the others. */
function providerVariables(local) {
  const { OPENAI_API_KEY, ANTHROPIC_API_KEY } = process.env;
  return {
    ...(OPENAI_API_KEY ? {} : { OPENAI_API_KEY: "local", OPENAI_BASE_URL: `${local}/v1` }),
    ...(ANTHROPIC_API_KEY ? {} : { ANTHROPIC_API_KEY: "local", ANTHROPIC_BASE_URL: local }),
  };
}

/** The quickstart application under the register hook: its trace in the terminal and, where a collector listens, there. */
export async function quickstart() {
  const { startLocalProvider } = await import("../examples/quickstart/local-provider.js");
  const provider = await startLocalProvider();
  const collects = Boolean(process.env.OTEL_EXPORTER_OTLP_ENDPOINT) || (await listens(COLLECTOR));
  const variables = {
    OTEL_SERVICE_NAME: "quickstart",
    OTEL_TRACES_EXPORTER: collects ? "console,otlp" : "console",
    ...providerVariables(provider.url),
  };

  console.log(dim("$ node --import @kit/register app.js"));
  const app = spawn(process.execPath, ["--import", "@kit/register", "app.js"], {
    cwd: QUICKSTART,
    env: { ...process.env, ...variables },
    stdio: "inherit",
  });
  const [code, signal] = await once(app, "exit");
  provider.stop();

  console.log(
    collects
      ? "The same trace is in your collector; in Jaeger: http://localhost:16686"
      : "In Jaeger: docker compose up -d, run this again, open http://localhost:16686",
  );
  process.exitCode = signal == null ? code : 1;
}
