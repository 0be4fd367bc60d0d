import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../free-port.js";
import { PeerProcess } from "./peer-process.js";

const KEY = "sk-test-0123456789abcdef0123456789abcdef";

/** A real LiteLLM proxy that passes calls on to a provider of the test's own. */
export class RealLiteLLM {
  /** What an OpenAI client is given. */
  readonly options: { readonly baseURL: string; readonly apiKey: string };
  readonly #process: PeerProcess;
  readonly #folder: string;

  private constructor(url: string, process: PeerProcess, folder: string) {
    this.options = { baseURL: `${url}/v1`, apiKey: KEY };
    this.#process = process;
    this.#folder = folder;
  }

  /**
   * `models`: by the alias that callers use, the model as LiteLLM writes it. `upstream`: base URL of the provider.
   * `fallbacks`: for an alias, those to ask when it fails. Answers are cached.
   */
  static async start(
    binary: string,
    models: Readonly<Record<string, string>>,
    upstream: string,
    fallbacks: readonly Readonly<Record<string, readonly string[]>>[] = [],
  ): Promise<RealLiteLLM> {
    const folder = mkdtempSync(join(tmpdir(), "kit-litellm-"));
    const config = join(folder, "config.yaml");
    // JSON is YAML.
    const model_list = Object.entries(models).map(([model_name, model]) => ({
      model_name,
      litellm_params: { model, api_base: upstream, api_key: "sk-upstream" },
    }));
    const litellm_settings = { num_retries: 0, cache: true, cache_params: { type: "local" }, fallbacks };
    const settings = { litellm_settings, router_settings: { disable_cooldowns: true } };
    writeFileSync(config, JSON.stringify({ model_list, ...settings, general_settings: { master_key: KEY } }));
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const process = await PeerProcess.start(
      binary,
      ["--config", config, "--host", "127.0.0.1", "--port", port, "--telemetry", "False"],
      { env: { LITELLM_LOCAL_MODEL_COST_MAP: "True" }, ready: `${url}/health/liveliness` },
    );
    return new RealLiteLLM(url, process, folder);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
