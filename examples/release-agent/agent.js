// A release, from the plan to the announcement, as a nightly job would run it. What it needs to know comes from the
// environment: see README.md. Nothing here speaks of telemetry but the names of the job, the session and the agent.
import { agent, cron, event, session, task } from "@kit/tracing";
import { announce } from "./announce.js";
import { approved } from "./approval.js";
import { planRelease } from "./planner.js";
import { Workshop } from "./workshop.js";

const { RELEASE_VERSION: version = "1.4.0", SPRITE = "release-workshop" } = process.env;

const prepare = task("prepare sandbox", () => Workshop.open(SPRITE));
const ask = task("approval", approved);
const deploy = task("deployment", (workshop) => workshop.deploy(version));
const tell = task("announcement", announce);

async function release(run) {
  const workshop = await prepare();
  const plan = await planRelease(version, workshop);
  run.log("planned", { checkpoint: workshop.checkpoint });
  console.log(`> ${plan.summary}`);
  if (!workshop.builtVersion) return "not built";
  console.log("> asking a person");
  const yes = await ask(`Deploy ${version} to production`, { version, checkpoint: workshop.checkpoint });
  if (!yes) return "not approved";
  await deploy(workshop);
  event("release.deployed", { version });
  await tell({ version, notes: plan.notes });
  return "released";
}

await cron("nightly-release", async (job) => {
  // The key goes along to the sandbox and over the bus, so that what happens there belongs to the session, too.
  const outcome = await session("release", { id: `release-${version}`, propagate: true }, async (run) => {
    const result = await agent("release-manager").run(() => release(run));
    run.setResult(result);
    return result;
  });
  job.setSummary(`${version}: ${outcome}`);
  console.log(`> ${version}: ${outcome}`);
});
