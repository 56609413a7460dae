/** A short training: every step is whole, the loss falls, and the picture shows all of it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRun } from "crv";
import { afterAll, beforeAll, expect, test } from "vitest";
import { examplesOf, INPUTS } from "../src/flights.js";
import { forward, lossOf, makeNetwork } from "../src/network.js";
import { draw, mostVaried, readPicture } from "../src/picture.js";
import { seededRandom } from "../src/seeded-random.js";
import { METRICS, train } from "../src/train.js";

const STEPS = 40;
const runId = "short";
let root: string;
let losses: { readonly first: number; readonly last: number };

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "crv-activations-"));
  // Delays that depend on the hour, so that there is something to learn.
  const rows = Array.from({ length: 500 }, (_, i) => {
    const date = new Date(Date.UTC(2001, 0, 1, i % 24));
    return { date, delay: (i % 24) * 5, distance: 500 + (i % 7) * 100 };
  });
  const hidden = [8, 4];
  const random = seededRandom(3);
  const options = { root, runId, steps: STEPS, batchRows: 32, hidden, rate: 0.05, random };
  losses = await train(examplesOf(rows), options);
}, 60_000);

afterAll(() => rm(root, { recursive: true, force: true }));

test("the loss falls", () => {
  expect(losses.last).toBeLessThan(losses.first / 2);
});

test("every step has its metrics and its activations", async () => {
  await using run = await openRun({ root, runId, tables: [METRICS], mode: "readOnly" });
  expect(await run.scan("metrics").count()).toBe(STEPS);
  expect(await run.tensors.listBatches()).toEqual(Array.from({ length: STEPS }, (_, i) => i));
  expect(await run.tensors.listLayers()).toEqual(["hidden_0", "hidden_1", "output", "target"]);
  await using matrix = await run.tensors.matrix("hidden_1");
  expect(matrix.shape).toEqual([STEPS * 32, 4]);
  const { data: outputs } = await run.tensors.getTensor(7, "output", "activations");
  const { data: targets } = await run.tensors.getTensor(7, "target", "activations");
  const [row] = await run.scan("metrics", { where: { tickMin: 7, tickMax: 7 } }).toRows();
  expect(lossOf(outputs as Float32Array, targets as Float32Array)).toBeCloseTo(row?.loss ?? 0, 12);
  expect((await run.tensors.verify()).problems).toEqual([]);
});

test("the weights that were committed are those of the network", async () => {
  await using run = await openRun({ root, runId, mode: "readOnly" });
  const files = (await run.tensors.listFiles()).map(({ path }) => path);
  expect(files).toContain("config.json");
  expect(files.filter((path) => path.startsWith("weights/"))).toHaveLength(6);
});

test("the picture has a line of losses and a mark for each flight", async () => {
  const picture = await readPicture(root, runId, "hidden_1", 200);
  expect(picture.losses).toHaveLength(STEPS);
  expect(picture.points).toHaveLength(200);
  const svg = await draw(picture);
  expect(svg).toMatch(/^<svg/);
  expect(svg).toContain("mean squared error");
  expect(svg.match(/<path aria-label/g)?.length ?? svg.match(/<path/g)?.length).toBeGreaterThan(
    200,
  );
});

test("units are ranked by how much they vary", () => {
  expect(mostVaried(Float32Array.of(1, 0, 5, 3, 9, 5), 3)).toEqual([1, 0]);
});

test("a network of one layer is a sum", () => {
  const [layer] = makeNetwork([INPUTS.length, 1], () => 0.5);
  const [result] = forward(
    [layer as NonNullable<typeof layer>],
    new Float32Array(INPUTS.length),
    1,
  );
  expect([...(result as Float32Array)]).toEqual([0]);
});
