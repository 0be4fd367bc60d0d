// `npm run demo`: a release agent and the announcer that hears of its release, two processes under the register
// hook, against real places where the environment names them and local stand-ins for the rest; then their one trace.
// `npm run demo quickstart` runs the smallest application instead.
import { tsImport } from "tsx/esm/api";
import { dim } from "./paint.mjs";
import { quickstart } from "./quickstart.mjs";

if (process.argv[2] === "quickstart") await quickstart();
else await releaseAgent();

async function releaseAgent() {
  const load = (path) => tsImport(`../test/support/${path}`, import.meta.url);
  const [{ StandIns }, { runReleaseAgent }, { toReadableSpan }, { TraceTreeExporter }] = await Promise.all([
    load("release-agent/stand-ins.ts"),
    load("release-agent/run.ts"),
    load("otlp/readable-span.ts"),
    import("@kit/sdk"),
  ]);
  const standIns = await StandIns.start(process.env);
  for (const { name, real } of standIns.places) console.log(dim(`${name.padEnd(10)} ${real ?? "stand-in"}`));
  console.log(dim("$ node --import @kit/register announcer.js & node --import @kit/register agent.js"));
  const { code } = await runReleaseAgent(standIns.variables, (line, stream) =>
    process[stream].write(`${line}\n`),
  );

  const tree = new TraceTreeExporter();
  const release = largestTrace(standIns.desk.spans);
  tree.export(release.map(toReadableSpan), () => {});
  await tree.shutdown();
  console.log(summary(standIns, release).join("\n"));
  await standIns.close();
  process.exitCode = code ?? 1;
}

/** The one of the release: what the announcer does when it starts and ends are traces of their own. */
function largestTrace(spans) {
  const traces = [...new Set(spans.map(({ traceId }) => traceId))].map((id) =>
    spans.filter(({ traceId }) => traceId === id),
  );
  return traces.reduce((largest, trace) => (trace.length > largest.length ? trace : largest), []);
}

function summary({ desk, places, agentPulse, catSyphon }, release) {
  const lines = [];
  const services = new Set(desk.spans.map(({ resource }) => resource["service.name"]));
  lines.push(
    `OTLP: ${desk.spans.length} spans of ${services.size} services, ${release.length} in this trace`,
  );
  if (agentPulse) lines.push(`AgentPulse (stand-in): ${agentPulse.events.length} events`);
  if (catSyphon) lines.push(`CatSyphon (stand-in): ${catSyphon.conversations.all().length} conversations`);
  lines.push(
    places.find(({ name }) => name === "OTLP")?.real
      ? "The same trace is in your collector; in Jaeger: http://localhost:16686"
      : "In Jaeger: docker compose up -d, run this again, open http://localhost:16686",
  );
  return lines;
}
