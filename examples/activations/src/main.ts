/** Trains on the flights, draws what was learnt, and says where the picture is. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeRunId } from "crv";
import { readExamples } from "./flights.js";
import { draw, readPicture } from "./picture.js";
import { seededRandom } from "./seeded-random.js";
import { train } from "./train.js";

const root = process.argv[2] ?? "out";
const runId = makeRunId("mlp");
const examples = await readExamples(50_000);
const { first, last } = await train(examples, {
  root,
  runId,
  steps: 300,
  batchRows: 256,
  hidden: [32, 16],
  rate: 0.05,
  random: seededRandom(1),
});
const svg = await draw(await readPicture(root, runId, "hidden_1", 4000));
const path = join(root, `${runId}.svg`);
await writeFile(path, svg);
console.log(`run ${runId}: 300 steps, loss ${first.toFixed(3)} to ${last.toFixed(3)}`);
console.log(`activations: ${join(root, "runs", runId, "batch_0", "hidden_1")} and so on`);
console.log(`picture: ${path}`);
