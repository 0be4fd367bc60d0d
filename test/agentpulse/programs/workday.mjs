// An application that uses all of the kit's surface: a session, a job that fails, an agent with a tool, moments.
import { agent, alert, cron, event, init, metric, session, shutdown, task, tool } from "@kit/sdk";
import OpenAI from "openai";

init();
const client = new OpenAI();
const ask = (content) =>
  client.chat.completions.create({ model: "gpt-4o", messages: [{ role: "user", content }] });

const lookUp = tool("look_up", async (id) => ({ id, found: true }));
const classify = task("classify", async (mail) => {
  event("mail_read", { length: mail.length, status: 7, tokens: "many" });
  await ask(mail);
  return "billing";
});
const triage = agent("triage", async (mail) => {
  await lookUp(1);
  metric("queue_depth", 23, { queue: "inbound" });
  return classify(mail);
});

await session("daily-mail", async (s) => {
  s.log("started", { mails: 2 });
  await Promise.all([triage("first"), triage("second")]);
});

await cron("night:ly", async (c) => {
  c.setSummary("cleaned nothing");
  await ask("clean up");
  throw new Error("disk full");
}).catch(() => {});

alert("Cost spike", "critical", "$5.20 in the last hour");
await ask("in no session");
await shutdown();
