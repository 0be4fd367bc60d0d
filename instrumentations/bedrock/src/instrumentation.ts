import { type Call, type ChooseCall, type Definition, GenAIInstrumentation } from "@kit/genai";
import { baseUrlOf, type Client, readErrorCode } from "./client.js";
import { converse, converseStream } from "./converse/converse.js";
import { chooseInvocation } from "./invoke.js";
import { VERSION } from "./version.js";

/** The members of the module that matter here. */
interface Module {
  readonly BedrockRuntimeClient?: { readonly prototype: object };
  readonly [command: `${string}Command`]: Class | undefined;
}

type Class = abstract new (...args: never) => object;

type Input = Parameters<typeof chooseInvocation>[0];

/** Records every model call of `@aws-sdk/client-bedrock-runtime` 3. */
export class BedrockInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-bedrock",
    version: VERSION,
    module: "@aws-sdk/client-bedrock-runtime",
    versions: [">=3.587.0 <4"],
    provider: "aws.bedrock",
    // One method, which the client inherits, sends all commands.
    targets: (exports) => {
      const module = exports as Module;
      return [{ on: module.BedrockRuntimeClient?.prototype, method: "send", choose: chooseFrom(module) }];
    },
    baseUrl: (client) => baseUrlOf(client as Client),
    // Behind a gateway, too: it is what is billed.
    providerOf: () => "aws.bedrock",
    errorCode: readErrorCode,
  };
}

/** Commands are told by their classes, as bundlers rename them. Applications may derive classes of their own. */
function chooseFrom(module: Module): ChooseCall {
  const { ConverseCommand, ConverseStreamCommand } = module;
  const { InvokeModelCommand, InvokeModelWithResponseStreamCommand } = module;
  return ([command, ...others]) => {
    // With a callback the method returns nothing that could be watched.
    if (others.some((other) => typeof other === "function")) return undefined;
    const { input } = command as { readonly input: Input };
    const isA = (made: Class | undefined) => made !== undefined && command instanceof made;
    if (isA(ConverseCommand)) return { call: converse as Call, given: [input] };
    if (isA(ConverseStreamCommand)) return { call: converseStream as Call, given: [input] };
    if (isA(InvokeModelCommand)) return chooseInvocation(input, false);
    return isA(InvokeModelWithResponseStreamCommand) ? chooseInvocation(input, true) : undefined;
  };
}
