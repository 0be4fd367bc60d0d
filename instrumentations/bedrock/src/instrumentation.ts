import { type Call, type ChooseCall, type Definition, GenAIInstrumentation } from "@kit/genai";
import { invokeAgent, invokeInlineAgent } from "./agents/invoke-agent.js";
import { rerank, retrieve } from "./agents/retrieve.js";
import { generate, generateStream } from "./agents/retrieve-and-generate.js";
import { baseUrlOf, type Client, readErrorCode } from "./client.js";
import { converse, converseStream } from "./converse/converse.js";
import { chooseInvocation } from "./invoke.js";
import { VERSION } from "./version.js";

/** The members of the modules that matter here. */
interface Module {
  readonly BedrockRuntimeClient?: { readonly prototype: object };
  readonly BedrockAgentRuntimeClient?: { readonly prototype: object };
  readonly [command: `${string}Command`]: Class | undefined;
}

type Class = abstract new (...args: never) => object;

/** Finds the call of a command by its input. */
type Choose = (input: object) => ReturnType<ChooseCall>;

const VERSIONS = [">=3.587.0 <4"];

/** Records every model call of `@aws-sdk/client-bedrock-runtime` 3, and what its companion asks agents and knowledge bases. */
export class BedrockInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-bedrock",
    version: VERSION,
    module: "@aws-sdk/client-bedrock-runtime",
    versions: VERSIONS,
    companions: [{ module: "@aws-sdk/client-bedrock-agent-runtime", versions: VERSIONS }],
    provider: "aws.bedrock",
    // One method, which the clients inherit, sends all commands.
    targets: (exports) => {
      const module = exports as Module;
      const choose = chooseFrom(module);
      return [module.BedrockRuntimeClient, module.BedrockAgentRuntimeClient].map((client) => ({
        on: client?.prototype,
        method: "send",
        choose,
      }));
    },
    baseUrl: (client) => baseUrlOf(client as Client),
    // Behind a gateway, too: it is what is billed.
    providerOf: () => "aws.bedrock",
    errorCode: readErrorCode,
  };
}

const always =
  (call: unknown): Choose =>
  (input) => ({ call: call as Call, given: [input] });

const COMMANDS: Readonly<Record<`${string}Command`, Choose>> = {
  ConverseCommand: always(converse),
  ConverseStreamCommand: always(converseStream),
  InvokeModelCommand: (input) => chooseInvocation(input, false),
  InvokeModelWithResponseStreamCommand: (input) => chooseInvocation(input, true),
  InvokeAgentCommand: always(invokeAgent),
  InvokeInlineAgentCommand: always(invokeInlineAgent),
  RetrieveCommand: always(retrieve),
  RerankCommand: always(rerank),
  RetrieveAndGenerateCommand: always(generate),
  RetrieveAndGenerateStreamCommand: (input) => always(generateStream())(input),
};

/** Commands are told by their classes, as bundlers rename them. Applications may derive classes of their own. */
function chooseFrom(module: Module): ChooseCall {
  const known = Object.entries(COMMANDS).flatMap(([name, choose]) => {
    const command = module[name as keyof typeof COMMANDS];
    return command === undefined ? [] : [{ command, choose }];
  });
  return ([command, ...others]) => {
    // With a callback the method returns nothing that could be watched.
    if (others.some((other) => typeof other === "function")) return undefined;
    const found = known.find((each) => command instanceof each.command);
    return found?.choose((command as { readonly input: object }).input);
  };
}
