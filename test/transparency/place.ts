// `node test/transparency/dist/place.js openai-7 [cjs|esm] [path of a Node binary]`: one place of the matrix, in words.
import { type Place, runPlace } from "./matrix.js";

const [app = "openai-6", module = "cjs", node = process.execPath] = process.argv.slice(2);
const result = await runPlace({ app, module: module as Place["module"], node });
const { verdicts, switching, aftermath } = result;
const equal = verdicts.filter(({ differences }) => differences.length === 0).length;
const right = verdicts.filter(({ spans }) => spans === undefined).length;
console.log(`${app} ${result.version}, ${module}, Node ${result.node}`);
console.log(`  ${verdicts.length} ways: ${equal} equal, ${right} with the right spans`);
console.log(`  ${switching.during.length} members replaced, ${switching.after.length} not given back`);
console.log(`  ${JSON.stringify({ ...switching, ...aftermath, during: undefined })}`);
for (const { name, differences, spans } of verdicts) {
  for (const difference of differences.slice(0, 8)) console.log(`  DIFFERENT ${name}: ${difference}`);
  if (spans) console.log(`  SPANS ${name}: ${spans}`);
}
