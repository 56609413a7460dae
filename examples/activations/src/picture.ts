/** Reads the run back, shuffled, and draws it: how the loss fell, and what the last layer tells apart. */
import { openRun, TensorLoader } from "crv";
import * as vega from "vega";
import { METRICS } from "./train.js";

/** One flight: how strongly two units of a layer answered, and its delay in hours. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly delay: number;
}

export interface Picture {
  readonly losses: readonly { readonly step: number; readonly loss: number }[];
  readonly points: readonly Point[];
}

/** @param layer A hidden layer. @param points How many flights are taken, from all steps alike. */
export async function readPicture(
  root: string,
  runId: string,
  layer: string,
  points: number,
): Promise<Picture> {
  await using run = await openRun({ root, runId, tables: [METRICS], mode: "readOnly" });
  const losses = await run.scan("metrics", { order: "tick", columns: ["step", "loss"] }).toRows();
  await using units = await run.tensors.matrix(layer);
  await using targets = await run.tensors.matrix("target");
  // The same seed and sizes: the rows of both come in the same order.
  const options = { batchSize: points, maxBatches: 1, shuffle: { seed: 7, blockRows: 1 } };
  const [values] = await collect(new TensorLoader(units, options));
  const [delays] = await collect(new TensorLoader(targets, options));
  const [, columns] = units.shape;
  const [first, second] = mostVaried(values as Float32Array, columns);
  const chosen = Array.from(delays as Float32Array, (delay, row) => ({
    x: values?.[row * columns + first] as number,
    y: values?.[row * columns + second] as number,
    delay,
  }));
  return { losses, points: chosen };
}

async function collect(loader: TensorLoader): Promise<readonly Float32Array[]> {
  const batches: Float32Array[] = [];
  for await (const { tensor } of loader) {
    if (tensor.dtype === "F32") batches.push(tensor.data);
  }
  return batches;
}

/** The two columns of largest variance. */
export function mostVaried(values: Float32Array, columns: number): readonly [number, number] {
  const rows = values.length / columns;
  const variances = Array.from({ length: columns }, (_, column) => {
    let sum = 0;
    let squares = 0;
    for (let row = 0; row < rows; row++) {
      const value = values[row * columns + column] as number;
      sum += value;
      squares += value * value;
    }
    return { column, variance: squares / rows - (sum / rows) ** 2 };
  });
  const [first, second] = variances.sort((a, b) => b.variance - a.variance);
  return [first?.column ?? 0, second?.column ?? 0];
}

/** The picture as SVG. */
export async function draw({ losses, points }: Picture): Promise<string> {
  const spec = {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    background: "white",
    padding: 10,
    layout: { columns: 2, padding: 30 },
    data: [
      { name: "losses", values: [...losses] },
      { name: "points", values: [...points] },
    ],
    marks: [
      plot("losses", "step", "loss", "step", "mean squared error, hours²", "line"),
      plot("points", "x", "y", "strongest unit", "second strongest unit", "symbol"),
    ],
  };
  const view = new vega.View(vega.parse(spec as unknown as vega.Spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function plot(
  data: string,
  x: string,
  y: string,
  xTitle: string,
  yTitle: string,
  mark: "line" | "symbol",
) {
  const width = 360;
  const height = 300;
  const domain = (field: string) => ({ data, field });
  const colour = {
    name: "colour",
    type: "linear",
    domain: [-0.5, 2],
    clamp: true,
    range: { scheme: "plasma" },
  };
  const place = { x: { scale: "x", field: x }, y: { scale: "y", field: y } };
  const style =
    mark === "line"
      ? { stroke: { value: "#3b528b" }, strokeWidth: { value: 1.5 } }
      : { fill: { scale: "colour", field: "delay" }, size: { value: 12 }, opacity: { value: 0.7 } };
  return {
    type: "group",
    encode: { enter: { width: { value: width }, height: { value: height } } },
    scales: [
      { name: "x", type: "linear", domain: domain(x), range: [0, width], nice: true },
      { name: "y", type: "linear", domain: domain(y), range: [height, 0], nice: true },
      ...(mark === "symbol" ? [colour] : []),
    ],
    axes: [
      { orient: "bottom", scale: "x", title: xTitle, grid: true },
      { orient: "left", scale: "y", title: yTitle, grid: true },
    ],
    legends: mark === "symbol" ? [{ fill: "colour", title: "delay, hours" }] : [],
    marks: [{ type: mark, from: { data }, encode: { enter: { ...place, ...style } } }],
  };
}
