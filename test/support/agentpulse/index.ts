export { type Limits, PLANS, type Plan, type StoredEvent } from "./agent.js";
export { type Fault, type FaultHook, failShare, fails, TOO_LARGE } from "./faults.js";
export {
  type AgentPulseOptions,
  type FakeAgentPulse,
  type SeenRequest,
  type SentEvent,
  startAgentPulse,
} from "./server.js";
