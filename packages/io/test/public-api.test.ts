import { expect, test } from "vitest";
import * as io from "../src/index.js";

test("the root exports these values, and no others", () => {
  expect(Object.keys(io).sort()).toEqual([
    "Dataset",
    "IoSettings",
    "Recorder",
    "Scan",
    "Transaction",
    "polarsFrame",
    "readSettings",
    "rowsOfBatch",
  ]);
});
