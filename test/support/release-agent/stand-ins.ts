import { connect } from "node:net";
import { type FakeAgentPulse, startAgentPulse } from "../agentpulse/index.js";
import { FakeAiloop } from "../ailoop/dist/index.js";
import { FakeCatSyphon } from "../catsyphon/server.js";
import { StandInNats } from "../kryten/stand-in-nats.js";
import { SpritesServer, TOKEN } from "../sprites/server.js";
import { TelemetryDesk } from "./desk.js";
import { startModels } from "./models.js";
import { startPerson } from "./person.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** One place the release agent talks to. */
export interface Place {
  readonly name: string;
  /** Address of the real one; undefined where a stand-in plays it. */
  readonly real: string | undefined;
}

export interface StandInOptions {
  /** What the person says. @default true */
  readonly approves?: boolean;
  /** Whether spans are passed on to a collector that listens where the kit sends by default. @default true */
  readonly collector?: boolean;
}

/** Everything around the release agent: what the environment names, and a local stand-in for the rest. */
export class StandIns {
  readonly places: Place[] = [];
  /** For the two processes. */
  readonly variables: Record<string, string> = {};
  desk!: TelemetryDesk;
  agentPulse: FakeAgentPulse | undefined;
  catSyphon: FakeCatSyphon | undefined;
  sprites: SpritesServer | undefined;
  readonly #env: Environment;
  readonly #closing: (() => Promise<void>)[] = [];

  private constructor(env: Environment) {
    this.#env = env;
  }

  static async start(
    env: Environment,
    { approves = true, collector = true }: StandInOptions = {},
  ): Promise<StandIns> {
    const standIns = new StandIns(env);
    await standIns.#collect(collector);
    await standIns.#models();
    await standIns.#sandbox();
    standIns.#tellSandbox();
    await standIns.#person(approves);
    await standIns.#bus();
    await standIns.#backends();
    return standIns;
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }

  /** Uses the real place when the environment names it, else what `standIn` starts. */
  async #place(
    name: string,
    variable: string,
    standIn: () => Promise<Record<string, string>>,
    shown = this.#env[variable],
  ): Promise<void> {
    const real = this.#env[variable] ? shown : undefined;
    this.places.push({ name, real });
    if (real === undefined) Object.assign(this.variables, await standIn());
  }

  async #collect(lookAround: boolean): Promise<void> {
    const named = this.#env.OTEL_EXPORTER_OTLP_ENDPOINT || undefined;
    const real = named ?? (lookAround && (await listens(4318)) ? "http://localhost:4318" : undefined);
    this.desk = await TelemetryDesk.start(real);
    this.#closing.push(() => this.desk.stop());
    this.places.push({ name: "OTLP", real });
    this.variables.OTEL_EXPORTER_OTLP_ENDPOINT = this.desk.endpoint;
  }

  async #models(): Promise<void> {
    const models = await startModels();
    this.#closing.push(() => models.close());
    const openai = async () => ({ OPENAI_API_KEY: "local", OPENAI_BASE_URL: models.openai });
    const anthropic = async () => ({ ANTHROPIC_API_KEY: "local", ANTHROPIC_BASE_URL: models.anthropic });
    await this.#place("OpenAI", "OPENAI_API_KEY", openai, this.#env.OPENAI_BASE_URL || "api.openai.com");
    const host = this.#env.ANTHROPIC_BASE_URL || "api.anthropic.com";
    await this.#place("Anthropic", "ANTHROPIC_API_KEY", anthropic, host);
  }

  #sandbox(): Promise<void> {
    const standIn = async () => {
      const server = await SpritesServer.start();
      this.sprites = server;
      server.add("release-workshop");
      this.#closing.push(() => server.close());
      return { SPRITES_ENDPOINT: server.endpoint, SPRITES_TOKEN: TOKEN };
    };
    return this.#place("Sprites", "SPRITES_TOKEN", standIn, this.#env.SPRITES_ENDPOINT || "api.sprites.dev");
  }

  /** A sandbox elsewhere reaches no desk on this machine, but perhaps the collector behind it. */
  #tellSandbox(): void {
    const real = (place: string) => this.places.find(({ name }) => name === place)?.real;
    if (this.#env.SANDBOX_OTLP_ENDPOINT !== undefined) return;
    this.variables.SANDBOX_OTLP_ENDPOINT = real("Sprites") ? (real("OTLP") ?? "") : this.desk.endpoint;
  }

  #person(approves: boolean): Promise<void> {
    return this.#place("ailoop", "AILOOP_URL", async () => {
      const server = await FakeAiloop.start();
      const person = await startPerson(server.url, approves);
      this.#closing.push(
        () => server.stop(),
        () => person.close(),
      );
      return { AILOOP_URL: server.url };
    });
  }

  #bus(): Promise<void> {
    return this.#place("NATS", "NATS_URL", async () => {
      const server = await StandInNats.start();
      this.#closing.push(() => server.stop());
      return { NATS_URL: server.url };
    });
  }

  async #backends(): Promise<void> {
    const agentPulse = async () => {
      const server = await startAgentPulse();
      this.agentPulse = server;
      this.#closing.push(() => server.close());
      return { AGENTPULSE_API_KEY: server.key, AGENTPULSE_ENDPOINT: server.url };
    };
    const address = this.#env.AGENTPULSE_ENDPOINT || "api.agentpulse.dev";
    await this.#place("AgentPulse", "AGENTPULSE_API_KEY", agentPulse, address);
    await this.#place("CatSyphon", "CATSYPHON_URL", async () => {
      const server = await FakeCatSyphon.start();
      this.catSyphon = server;
      this.#closing.push(() => server.stop());
      const { collectorId, apiKey } = server.addCollector();
      return { CATSYPHON_URL: server.url, CATSYPHON_COLLECTOR_ID: collectorId, CATSYPHON_API_KEY: apiKey };
    });
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const answer = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.once("connect", answer(true));
    socket.once("error", answer(false));
  });
}
