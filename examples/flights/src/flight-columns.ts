/** Flights as columns, and how they are put in order of time. Airports are codes of an `Airports`. */

export interface FlightColumns {
  readonly minute: Int32Array;
  readonly delay: Int32Array;
  readonly distance: Int32Array;
  readonly origin: Int32Array;
  readonly destination: Int32Array;
}

const NAMES = ["minute", "delay", "distance", "origin", "destination"] as const;

/** Numbers airports in the order in which they are first seen. */
export class Airports {
  readonly #codeByName = new Map<string, number>();

  codeOf(name: string): number {
    const code = this.#codeByName.get(name) ?? this.#codeByName.size;
    this.#codeByName.set(name, code);
    return code;
  }

  /** By code. */
  names(): readonly string[] {
    return [...this.#codeByName.keys()];
  }
}

/** Requires: rows in order of time. The first index whose flight is at `minute` or later. */
export function indexOfMinute({ minute: minutes }: FlightColumns, minute: number): number {
  let low = 0;
  let high = minutes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((minutes[middle] as number) < minute) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows `[start, end)`, sharing memory. */
export function sliceFlights(flights: FlightColumns, start: number, end?: number): FlightColumns {
  return mapColumns((name) => flights[name].subarray(start, end));
}

/** All rows of `first` and `second` in order of time; rows of one minute keep their order. */
export function mergeByTime(first: FlightColumns, second: FlightColumns): FlightColumns {
  const joined = mapColumns((name) => {
    const column = new Int32Array(first[name].length + second[name].length);
    column.set(first[name]);
    column.set(second[name], first[name].length);
    return column;
  });
  const order = orderByMinute(joined.minute);
  return mapColumns((name) => {
    const source = joined[name];
    const sorted = new Int32Array(source.length);
    // Typed-array `from` with a function takes seconds over three million rows.
    for (let i = 0; i < sorted.length; i++) sorted[i] = source[order[i] as number] as number;
    return sorted;
  });
}

export function noFlights(): FlightColumns {
  return mapColumns(() => new Int32Array(0));
}

/** Indexes of `minutes`, sorted. Minute and index share one number, so that a plain sort is stable. */
function orderByMinute(minutes: Int32Array): Float64Array {
  const count = minutes.length;
  const keys = Float64Array.from(minutes, (minute, index) => minute * count + index).sort();
  return keys.map((key) => key % count);
}

function mapColumns(column: (name: (typeof NAMES)[number]) => Int32Array): FlightColumns {
  const [minute, delay, distance, origin, destination] = NAMES.map(column) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  return { minute, delay, distance, origin, destination };
}
