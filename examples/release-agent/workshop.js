import { readFile } from "node:fs/promises";
import { SpritesClient } from "@kit/sprites";
import { metric } from "@kit/tracing";

const FOLDER = "/home/sprite/shop";
const FILES = ["build.mjs", "joined-trace.mjs", "shop.mjs"];

/** The sandbox in which the project is built and deployed from. */
export class Workshop {
  builtVersion;
  /** Saved after the last build that passed. */
  checkpoint;
  #sprite;
  #files;

  constructor(sprite) {
    this.#sprite = sprite;
    this.#files = sprite.fs.at(FOLDER);
  }

  /** Puts the project there. The sandbox must exist: `sprite create` makes one. */
  static async open(name) {
    // What runs in the sandbox finds our trace in its environment, and joins it.
    const sprite = new SpritesClient({ propagateContext: true }).attach(name);
    const workshop = new Workshop(sprite);
    for (const file of FILES) {
      await workshop.#files.write(file, await readFile(new URL(`sandbox/${file}`, import.meta.url)));
    }
    await workshop.#files.write("CHANGELOG.md", "# 1.3.0\n- the shop opens\n");
    return workshop;
  }

  /** What the build printed, and whether it passed: also a failed build is an answer for the model. */
  async build(version) {
    const began = performance.now();
    const { returncode, stdout, stderr } = await this.#run("build", version);
    metric("release.build.seconds", (performance.now() - began) / 1000, { version });
    if (returncode !== 0) return { passed: false, log: stderr.toString() };
    const { id } = await this.#sprite.checkpoint({ comment: `build of ${version}` });
    this.builtVersion = version;
    this.checkpoint = id;
    return { passed: true, log: stdout.toString(), checkpoint: id };
  }

  async addToChangelog(notes) {
    const old = await this.#files.readText("CHANGELOG.md");
    await this.#files.write("CHANGELOG.md", `${notes.trim()}\n\n${old}`);
  }

  async deploy(version) {
    const { returncode, stderr } = await this.#run("deploy", version);
    if (returncode !== 0) throw new Error(`deploying failed: ${stderr}`);
  }

  #run(step, version) {
    // The sandbox may reach the collector by another name than we do, or not at all.
    const { OTEL_EXPORTER_OTLP_ENDPOINT, SANDBOX_OTLP_ENDPOINT: collector = OTEL_EXPORTER_OTLP_ENDPOINT } =
      process.env;
    const told = collector ? ["--otlp", collector] : [];
    return this.#sprite.exec(["node", "build.mjs", step, version, ...told], { cwd: FOLDER }).run();
  }
}
