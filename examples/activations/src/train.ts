/** Trains, and commits each step whole: its metrics, and what every hidden layer gave. */
import { defineTable, openRun } from "crv";
import { type Examples, INPUTS } from "./flights.js";
import { descend, forward, type Layer, lossOf, makeNetwork, type Random } from "./network.js";

export const METRICS = defineTable({
  name: "metrics",
  columns: { step: "i64", loss: "f64", rate: "f64" },
  tick: "step",
  bucketSize: 100,
});

export interface TrainOptions {
  readonly root: string;
  readonly runId: string;
  readonly steps: number;
  readonly batchRows: number;
  /** Of each hidden layer. */
  readonly hidden: readonly number[];
  readonly rate: number;
  readonly random: Random;
}

/** @returns the loss of the first and of the last step. */
export async function train(
  examples: Examples,
  options: TrainOptions,
): Promise<{ readonly first: number; readonly last: number }> {
  const { root, runId, steps, batchRows, hidden, rate, random } = options;
  const network = makeNetwork([INPUTS.length, ...hidden, 1], random);
  await using run = await openRun({ root, runId, tables: [METRICS] });
  const config = { steps, batchRows, hidden, rate, inputs: INPUTS };
  await run.tensors.putFile("config.json", JSON.stringify(config, null, 2));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { inputs, delays } = chooseRows(examples, batchRows, random);
    const activations = forward(network, inputs, batchRows);
    const loss = lossOf(activations.at(-1) as Float32Array, delays);
    losses.push(loss);
    await run.transaction(async (tx) => {
      await tx.insert("metrics", [{ step, loss, rate }]);
      await tx.putBatch(step, layersOf(network, activations, delays));
    });
    descend(network, inputs, activations, delays, rate);
  }
  await run.transaction(async (tx) => {
    for (const [i, { weights, biases }] of network.entries()) {
      await tx.putFile(`weights/layer_${i}.f32`, bytesOf(weights));
      await tx.putFile(`weights/layer_${i}_biases.f32`, bytesOf(biases));
    }
  });
  return { first: losses[0] as number, last: losses.at(-1) as number };
}

function chooseRows(examples: Examples, rows: number, random: Random) {
  const inputs = new Float32Array(rows * INPUTS.length);
  const delays = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const at = Math.floor(random() * examples.count);
    const from = at * INPUTS.length;
    inputs.set(examples.inputs.subarray(from, from + INPUTS.length), row * INPUTS.length);
    delays[row] = examples.delays[at] as number;
  }
  return { inputs, delays };
}

/** `hidden_<i>` of each hidden layer, and the true delay beside what was predicted. */
function layersOf(
  network: readonly Layer[],
  activations: readonly Float32Array[],
  delays: Float32Array,
) {
  const rows = delays.length;
  const layers: Record<string, { readonly activations: TensorOf }> = {};
  for (const [i, data] of activations.entries()) {
    const isLast = i === activations.length - 1;
    const { outputs } = network[i] as Layer;
    layers[isLast ? "output" : `hidden_${i}`] = { activations: matrix(data, rows, outputs) };
  }
  layers["target"] = { activations: matrix(delays, rows, 1) };
  return layers;
}

type TensorOf = ReturnType<typeof matrix>;

function matrix(data: Float32Array, rows: number, columns: number) {
  return { dtype: "F32" as const, shape: [rows, columns], data };
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
