import { SpritesClient } from "@kit/sprites";
import { CHECK, EDITS } from "./plan.mjs";
import { inSpan, printTrace } from "./trace.mjs";

const [name = "agent-demo"] = process.argv.slice(2);
const sprite = new SpritesClient().attach(name);

/** Writes the file through the command's input: no quoting, whatever is in it. */
async function edit(code) {
  await sprite.exec(["tee", "greet.sh"]).run({ stdin: code });
}

async function check() {
  const { returncode, stderr } = await sprite.exec(CHECK).run({ timeout: 10_000 });
  return { passed: returncode === 0, stderr: stderr.toString().trim() };
}

let good;
await inSpan("agent", async () => {
  for (const { why, code } of EDITS) {
    await inSpan(`step ${why}`, async () => {
      await edit(code);
      const { passed } = await check();
      if (passed) {
        good = await sprite.checkpoint({ comment: why });
        console.log(`${why}: works, saved as ${good.id}`);
      } else {
        console.log(`${why}: broken, back to ${good?.id ?? "nothing"}`);
        if (good) await sprite.restore(good.id);
      }
    });
  }
});

console.log((await sprite.exec(". ./greet.sh && greet world").run()).stdout.toString());
printTrace();
