import type * as Module from "openai";
import type OpenAI from "openai";
import type { App, Scenario } from "../scenario.js";

export type Sdk = typeof Module;
export type OpenAIApp = App<OpenAI, Sdk>;
export type OpenAIScenario = Scenario<OpenAI, Sdk>;
