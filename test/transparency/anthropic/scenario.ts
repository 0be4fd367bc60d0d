import type * as Module from "@anthropic-ai/sdk";
import type Anthropic from "@anthropic-ai/sdk";
import type { App, Scenario } from "../scenario.js";

export type Sdk = typeof Module;
export type AnthropicApp = App<Anthropic, Sdk>;
export type AnthropicScenario = Scenario<Anthropic, Sdk>;
