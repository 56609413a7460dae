/** A network of dense layers with ReLU between them, trained by gradient descent. Float32, row-major. */

export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** [inputs, outputs]. */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

export type Random = () => number;

/** @param widths Inputs, hidden layers, outputs. @param random Numbers in [0, 1). */
export function makeNetwork(widths: readonly number[], random: Random): readonly Layer[] {
  return widths.slice(1).map((outputs, i) => {
    const inputs = widths[i] as number;
    // He's initialization, with uniform numbers of the same variance.
    const scale = Math.sqrt(6 / inputs);
    const weights = Float32Array.from(
      { length: inputs * outputs },
      () => (random() * 2 - 1) * scale,
    );
    return { inputs, outputs, weights, biases: new Float32Array(outputs) };
  });
}

/** What each layer gives for `rows` rows, the last one without ReLU. */
export function forward(
  network: readonly Layer[],
  inputs: Float32Array,
  rows: number,
): readonly Float32Array[] {
  const activations: Float32Array[] = [];
  let current = inputs;
  for (const [i, layer] of network.entries()) {
    current = dense(layer, current, rows, i < network.length - 1);
    activations.push(current);
  }
  return activations;
}

function dense(
  { inputs, outputs, weights, biases }: Layer,
  from: Float32Array,
  rows: number,
  isHidden: boolean,
): Float32Array {
  const result = new Float32Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let out = 0; out < outputs; out++) {
      let sum = biases[out] as number;
      for (let i = 0; i < inputs; i++) {
        sum += (from[row * inputs + i] as number) * (weights[i * outputs + out] as number);
      }
      result[row * outputs + out] = isHidden ? Math.max(0, sum) : sum;
    }
  }
  return result;
}

/** Mean squared error of one output. */
export function lossOf(outputs: Float32Array, targets: Float32Array): number {
  let sum = 0;
  for (const [i, output] of outputs.entries()) sum += (output - (targets[i] as number)) ** 2;
  return sum / outputs.length;
}

/** One step down the gradient of {@link lossOf}; changes the weights. */
export function descend(
  network: readonly Layer[],
  inputs: Float32Array,
  activations: readonly Float32Array[],
  targets: Float32Array,
  rate: number,
): void {
  const rows = targets.length;
  const last = activations.at(-1) as Float32Array;
  let gradient = last.map((output, i) => (2 * (output - (targets[i] as number))) / rows);
  for (let at = network.length - 1; at >= 0; at--) {
    const layer = network[at] as Layer;
    const from = at === 0 ? inputs : (activations[at - 1] as Float32Array);
    const below = new Float32Array(rows * layer.inputs);
    stepLayer(layer, from, gradient, below, rows, rate);
    // ReLU lets a gradient pass where it let the value pass.
    gradient = below.map((value, i) => ((from[i] as number) > 0 ? value : 0));
  }
}

function stepLayer(
  { inputs, outputs, weights, biases }: Layer,
  from: Float32Array,
  gradient: Float32Array,
  below: Float32Array,
  rows: number,
  rate: number,
): void {
  const change = new Float32Array(weights.length);
  for (let row = 0; row < rows; row++) {
    for (let out = 0; out < outputs; out++) {
      const g = gradient[row * outputs + out] as number;
      if (g === 0) continue;
      biases[out] = (biases[out] as number) - rate * g;
      for (let i = 0; i < inputs; i++) {
        const w = i * outputs + out;
        const at = row * inputs + i;
        below[at] = (below[at] as number) + g * (weights[w] as number);
        change[w] = (change[w] as number) + g * (from[at] as number);
      }
    }
  }
  for (const [w, value] of change.entries()) weights[w] = (weights[w] as number) - rate * value;
}
