// Runs inside the sandbox, with nothing but Node: `node build.mjs build|deploy VERSION [--otlp URL]`.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { JoinedTrace } from "./joined-trace.mjs";

const [step, version, , collector] = process.argv.slice(2);
const trace = new JoinedTrace("shop-build", collector);

const STEPS = {
  async build() {
    await trace.span("check changelog", async () => {
      const changelog = await readFile("CHANGELOG.md", "utf8");
      if (!changelog.includes(version)) throw new Error(`CHANGELOG.md has no entry for ${version}`);
    });
    await trace.span("test", async () => {
      const { total } = await import("./shop.mjs");
      if (total([3, 4]) !== 7) throw new Error("a cart of 3 and 4 costs something else than 7");
    });
    await trace.span("pack", async () => {
      const digest = createHash("sha256")
        .update(await readFile("shop.mjs"))
        .digest("hex");
      await writeFile("shop.lock", `${version} ${digest}\n`);
    });
  },
  async deploy() {
    await trace.span("upload", async () => {
      const [packed] = (await readFile("shop.lock", "utf8")).split(" ");
      if (packed !== version) throw new Error(`${packed} was built, not ${version}`);
    });
  },
};

try {
  await trace.span(step, STEPS[step]);
  console.log(`${step} ${version}: ok`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
await trace.send();
