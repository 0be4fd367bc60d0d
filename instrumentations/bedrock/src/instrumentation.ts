import { type Call, type ChooseCall, type Definition, GenAIInstrumentation } from "@kit/genai";
import { baseUrlOf, type Client, readErrorCode } from "./client.js";
import { converse, converseStream } from "./converse.js";
import { chooseInvocation } from "./invoke.js";
import { VERSION } from "./version.js";

/** The members of the module that matter here. */
interface Module {
  readonly BedrockRuntimeClient?: { readonly prototype: object };
  readonly [command: `${string}Command`]: unknown;
}

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

/** Commands are told by their classes, as bundlers rename them. */
function chooseFrom(module: Module): ChooseCall {
  const calls = new Map<unknown, (input: Input) => Call | undefined>([
    [module.ConverseCommand, () => converse as Call],
    [module.ConverseStreamCommand, () => converseStream as Call],
    [module.InvokeModelCommand, (input) => chooseInvocation(input, false) as Call | undefined],
    [
      module.InvokeModelWithResponseStreamCommand,
      (input) => chooseInvocation(input, true) as Call | undefined,
    ],
  ]);
  return ([command, ...others]) => {
    // With a callback the method returns nothing that could be watched.
    if (others.some((other) => typeof other === "function")) return undefined;
    const sent = command as { readonly constructor: unknown; readonly input: Input };
    return calls.get(sent.constructor)?.(sent.input);
  };
}
