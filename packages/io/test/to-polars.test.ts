/**
 * Goal: what crosses to Polars can be read by it, and without it the error says what to do.
 * Method: the bytes that Polars would be given are read by Arrow; tools/interop hands them to Polars itself.
 */
import { DataType, type Table, tableFromIPC } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { crvError, everything, openDataset } from "./open-dataset.js";

const arrow = { readIPC: (file: Buffer): Table => tableFromIPC(file) };

const row = {
  tick: 1,
  wide: 2n ** 60n,
  name: "Zürich",
  payload: { a: [1] },
  point: { x: 1, label: "y" },
};

describe("Scan.toPolars", () => {
  test("names what to install when nodejs-polars is not there, and reads nothing", async () => {
    const { run, storage } = openDataset({ tables: [everything] });
    await expect(run.scan("everything").toPolars()).rejects.toThrow(
      crvError("MISSING_PACKAGE", { package: "nodejs-polars" }, "npm install nodejs-polars"),
    );
    expect(storage.requests).toEqual([]);
  });

  test("hands over a file of Arrow with text written out and JSON as plain text", async () => {
    const { run } = openDataset({ tables: [everything] });
    await run.append("everything", [row]);
    await run.append("everything", [{ tick: 2, name: "b" }]);
    const columns = ["tick", "wide", "name", "payload", "point"] as const;
    const frame = await run.scan("everything", { columns }).toPolars(arrow);
    expect(frame.schema.fields.map(({ metadata }) => metadata.size)).toEqual([0, 0, 0, 0, 0]);
    expect(frame.schema.fields.some(({ type }) => DataType.isDictionary(type))).toBe(false);
    expect(frame.toArray().map((found) => found?.toJSON())).toEqual([
      {
        tick: 1n,
        wide: 2n ** 60n,
        name: "Zürich",
        payload: '{"a":[1]}',
        point: expect.objectContaining({ x: 1, label: "y" }),
      },
      { tick: 2n, wide: null, name: "b", payload: null, point: null },
    ]);
  });

  test("hands over the columns of a scan without rows", async () => {
    const { run } = openDataset({ tables: [everything] });
    const frame = await run.scan("everything", { columns: ["tick", "name"] }).toPolars(arrow);
    expect(frame.numRows).toBe(0);
    expect(frame.schema.fields.map(({ name }) => name)).toEqual(["tick", "name"]);
  });
});
