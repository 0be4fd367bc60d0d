// Once for each machine: makes a collector, and stores its key where agent.mjs finds it.
import { CollectorClient } from "@kit/catsyphon";

const { CATSYPHON_URL: serverUrl, CATSYPHON_WORKSPACE_ID: workspaceId } = process.env;
if (!serverUrl || !workspaceId) throw new Error("set CATSYPHON_URL and CATSYPHON_WORKSPACE_ID");
const client = await CollectorClient.register({ serverUrl, workspaceId, collectorType: "kit-example" });
console.log(`registered collector ${client.config.collectorId}`);
