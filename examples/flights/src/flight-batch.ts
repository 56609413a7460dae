/**
 * One day's flights as an Arrow record batch of the table `flights`. Airports stay codes into a
 * dictionary: building 3,000,000 strings would take longer than all the rest.
 */
import {
  Dictionary,
  Field,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import type { Airports, FlightColumns } from "./flight-columns.js";

const AIRPORT = new Dictionary(new Utf8(), new Int32(), 0);
const SCHEMA = new Schema([
  new Field("minute", new Int64()),
  new Field("delay", new Int64()),
  new Field("distance", new Int64()),
  new Field("origin", AIRPORT),
  new Field("destination", AIRPORT),
]);

export function flightBatch(flights: FlightColumns, airports: Airports): RecordBatch {
  const dictionary = vectorFromArray([...airports.names()], new Utf8());
  const integers = (column: Int32Array) =>
    makeData({ type: new Int64(), data: BigInt64Array.from(column, BigInt) });
  const codes = (column: Int32Array) => makeData({ type: AIRPORT, data: column, dictionary });
  const children = [
    integers(flights.minute),
    integers(flights.delay),
    integers(flights.distance),
    codes(flights.origin),
    codes(flights.destination),
  ];
  const length = flights.minute.length;
  const type = new Struct(SCHEMA.fields);
  return new RecordBatch(SCHEMA, makeData({ type, length, nullCount: 0, children }));
}
