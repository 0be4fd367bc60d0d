/** What an application is asked to do, or did, for an agent: a function, or a call of an API. */
interface Action {
  readonly function?: string;
  readonly httpMethod?: string;
  readonly apiPath?: string;
}

/** An action that the agent asks for. */
export interface AskedAction extends Action {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content?: Readonly<Record<string, { properties?: readonly Parameter[] }>>;
  };
}

interface Parameter {
  readonly name?: string;
  readonly value?: string;
}

/** What came of it, by the kind of its content. */
export interface DoneAction extends Action {
  readonly responseBody?: Readonly<Record<string, { readonly body?: string }>>;
}

/** A file that the application sends along. */
export interface SentFile {
  readonly source?: {
    readonly byteContent?: { readonly mediaType?: string; readonly data?: Uint8Array };
    readonly s3Location?: { readonly uri?: string };
  };
}

/** What the application knows of a session beside its own text. */
export interface SessionState {
  readonly invocationId?: string;
  readonly returnControlInvocationResults?: readonly {
    readonly apiResult?: DoneAction;
    readonly functionResult?: DoneAction;
  }[];
  readonly files?: readonly SentFile[];
  readonly conversationHistory?: {
    readonly messages?: readonly {
      readonly role?: string;
      readonly content?: readonly { text?: string }[];
    }[];
  };
}

/** What an agent that is kept at AWS is asked. */
export interface AgentInput {
  readonly agentId?: string;
  readonly sessionId?: string;
  readonly inputText?: string;
  readonly sessionState?: SessionState;
}

/** Actions that are offered to an agent. */
export interface ActionGroup {
  readonly actionGroupName?: string;
  readonly description?: string;
  readonly functionSchema?: {
    readonly functions?: readonly { name?: string; description?: string; parameters?: unknown }[];
  };
}

/** What an agent is asked that the call itself describes. */
export interface InlineAgentInput {
  readonly agentName?: string;
  readonly foundationModel?: string;
  readonly instruction?: string;
  readonly sessionId?: string;
  readonly inputText?: string;
  readonly inlineSessionState?: SessionState;
  readonly actionGroups?: readonly ActionGroup[];
  readonly collaborators?: readonly unknown[];
  readonly collaboratorConfigurations?: readonly unknown[];
  readonly promptOverrideConfiguration?: {
    readonly promptConfigurations?: readonly { readonly foundationModel?: string }[];
  };
}

/** One step of an agent: a model that it asks, and what that used. */
interface Step {
  readonly modelInvocationInput?: { readonly traceId?: string; readonly foundationModel?: string };
  readonly modelInvocationOutput?: {
    readonly traceId?: string;
    readonly metadata?: {
      readonly usage?: { readonly inputTokens?: number; readonly outputTokens?: number };
    };
  };
}

/** Steps by what they are for. Only some are asked for. */
export interface Trace {
  readonly agentVersion?: string;
  /** Whose step it is, if the agent let another one do it. */
  readonly collaboratorName?: string;
  readonly trace?: Readonly<
    Partial<
      Record<
        "preProcessingTrace" | "orchestrationTrace" | "postProcessingTrace" | "routingClassifierTrace",
        Step
      >
    >
  >;
}

/** An event of the stream that an agent answers with. */
export interface AgentEvent {
  readonly chunk?: {
    readonly bytes?: Uint8Array;
    readonly attribution?: { readonly citations?: readonly unknown[] };
  };
  readonly trace?: Trace;
  readonly returnControl?: {
    readonly invocationId?: string;
    readonly invocationInputs?: readonly {
      readonly apiInvocationInput?: AskedAction;
      readonly functionInvocationInput?: AskedAction;
    }[];
  };
  readonly files?: { readonly files?: readonly { type?: string; bytes?: Uint8Array }[] };
}

/** What a model generates from, and how. */
export interface GenerationConfiguration {
  readonly modelArn?: string;
  readonly knowledgeBaseId?: string;
  readonly generationConfiguration?: {
    readonly guardrailConfiguration?: { readonly guardrailId?: string };
    readonly inferenceConfig?: {
      readonly textInferenceConfig?: {
        readonly temperature?: number;
        readonly topP?: number;
        readonly maxTokens?: number;
        readonly stopSequences?: string[];
      };
    };
  };
}
