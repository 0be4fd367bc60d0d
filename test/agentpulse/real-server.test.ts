import { beforeAll, describe } from "vitest";
import { showsOnSelfHost, showsOnWorker } from "./end-to-end.js";
import { register } from "./facts.js";
import { storesAsWorker } from "./read-back-facts.js";
import { answersAsWorker } from "./request-facts.js";
import { holdsForSelfHost } from "./self-host-facts.js";
import { showsTheApplication } from "./two-lines.js";
import { showsAWorkday } from "./workday.js";

/**
 * The facts the fake is built on, held against running servers: what the fake claims, they must do.
 * AGENTPULSE_REAL_URL names a Worker, and AGENTPULSE_REAL_PRO_KEY a key on its pro plan;
 * AGENTPULSE_SELF_HOST_URL names the server written in Python. Other keys are registered as they are needed.
 */
const worker = process.env.AGENTPULSE_REAL_URL;
const proKey = process.env.AGENTPULSE_REAL_PRO_KEY;
const selfHost = process.env.AGENTPULSE_SELF_HOST_URL;

describe.skipIf(!worker)("a real Worker (absent unless AGENTPULSE_REAL_URL names it)", () => {
  const server = () => ({ url: worker ?? "", proKey });
  answersAsWorker(server);
  storesAsWorker(server);
  const fresh = async () => ({ url: worker ?? "", key: await register(worker ?? "") });
  showsOnWorker(fresh);
  showsTheApplication(fresh);
  showsAWorkday(fresh);
});

describe.skipIf(!selfHost)(
  "a real self-host server (absent unless AGENTPULSE_SELF_HOST_URL names it)",
  () => {
    let key: string;
    beforeAll(async () => {
      key = await register(selfHost ?? "");
    });
    holdsForSelfHost(() => ({ url: selfHost ?? "", key }));
    showsOnSelfHost(async () => ({ url: selfHost ?? "", key: await register(selfHost ?? "") }));
  },
);
