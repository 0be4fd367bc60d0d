import type { Settings } from "../options/settings.js";
import { toPlain } from "../text/to-json.js";
import { VERSION } from "../version.js";
import { addUserData } from "./display-fields.js";
import type { AgentPulseEvent, EventData } from "./event.js";

/** The event that says that an application has started to report, and what it runs on. */
export function toInitEvent({ agentName, hostName, initEvent }: Settings): AgentPulseEvent {
  const agent = agentName ?? hostName;
  const data: EventData = {
    sdk_version: VERSION,
    runtime: "node",
    runtime_version: process.versions.node,
    os: process.platform,
    arch: process.arch,
    agent_name: agent,
    agent,
    summary: `sdk ${VERSION} started`,
  };
  if (typeof initEvent === "object") addUserData(data, toPlain(initEvent) as EventData);
  return { kind: "sdk_init", ts: Date.now() / 1000, data };
}
