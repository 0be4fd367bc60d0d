import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { AiloopClient } from "@kit/ailoop";
import { SpanStatusCode, trace } from "@opentelemetry/api";
import { startServer } from "./server.mjs";
import { startTracing } from "./tracing.mjs";

const tracing = startTracing();
const server = await startServer(process.env.AILOOP_URL);

// The agent: a tool call that goes on only when a person allows it.
const agent = await AiloopClient.connect(server.url);
async function deploy(build) {
  return trace.getTracer("example").startActiveSpan("execute_tool deploy", async (span) => {
    try {
      const context = { build, environment: "production" };
      const auth = await agent.authorize(`Deploy build ${build} to production`, { context, wait: true });
      if (auth.content.responseType !== "authorization_approved") return "not deployed";
      await agent.say(`Build ${build} is live`, { priority: "high" });
      return "deployed";
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

// The person: hears the question on a client of its own and answers at this terminal.
const person = await AiloopClient.connect(server.url);
async function saysYes(question) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // The terminal may end, and with it the chance of a yes.
  const left = once(terminal, "close").then(() => "no");
  const answer = await Promise.race([terminal.question(question), left]).catch(() => "no");
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
person.addMessageHandler(async ({ id, content }) => {
  if (content.type === "notification") console.log(`* ${content.text}`);
  if (content.type !== "authorization") return;
  const approved = await saysYes(`${content.action}? [y/N] `);
  await person.respond(id, { responseType: approved ? "authorization_approved" : "authorization_denied" });
});
await person.subscribeToChannel("public");

console.log(await deploy(812));
await Promise.all([agent.close(), person.close()]);
await server.stop();
await tracing.print();
