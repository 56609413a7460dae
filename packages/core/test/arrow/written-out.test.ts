/**
 * Goal: a batch whose texts are written out says what it said, and no column of it needs a dictionary.
 * Method: random rows of every type, also sliced, through Arrow's IPC file format and back.
 */
import {
  type Data,
  DataType,
  type Field,
  makeData,
  Table,
  tableFromIPC,
  tableToIPC,
  Vector,
} from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrowSchema, batchOf, builderForType, textReader, writtenOut } from "../../src/arrow.js";
import { defineTable } from "../../src/index.js";
import { buildBatch, plainRow, readRows, sampleRow } from "./sample-rows.js";

function typesOf(data: Data): DataType[] {
  return [data.type, ...data.children.flatMap(typesOf)];
}

describe("writtenOut", () => {
  test("keeps every value of every type, and leaves no dictionary", () => {
    fc.assert(
      fc.property(fc.array(sampleRow, { maxLength: 20 }), fc.nat(), (rows, cut) => {
        const start = rows.length === 0 ? 0 : cut % rows.length;
        const plain = writtenOut(buildBatch(rows).slice(start));
        expect(plain.data.children.flatMap(typesOf).some(DataType.isDictionary)).toBe(false);
        const expected = rows.slice(start).map(plainRow);
        expect(readRows(plain)).toEqual(expected);
        const read = tableFromIPC(tableToIPC(new Table([plain]), "file"));
        expect(read.batches.flatMap(readRows)).toEqual(expected);
      }),
    );
  });

  test("has no null in a member that allows none, as other programs want it, also sliced", () => {
    const columns = {
      v: "f64[2]?",
      s: {
        struct: { x: "f64", y: "str", deep: { struct: { z: "i64", w: "f32[2]" } } },
        nullable: true,
      },
    } as const;
    const schema = arrowSchema(defineTable({ name: "t", columns }));
    // As a decoder gives them: what a null hides is null, too.
    const withNulls = (type: DataType, validity: readonly boolean[], isMember = false): Data => {
      const { length } = validity;
      const nullBitmap = Uint8Array.of(validity.reduce((b, is, i) => b | (Number(is) << i), 0));
      const nullCount = validity.filter((isValid) => !isValid).length;
      const children = type.children?.map((field: Field) => {
        const size = DataType.isFixedSizeList(type) ? type.listSize : 1;
        return withNulls(
          field.type,
          validity.flatMap((isValid) => Array(size).fill(isValid)),
          true,
        );
      });
      if (children !== undefined && children.length > 0) {
        const child = children[0] as Data;
        // A vector that is required is there, and its elements are not.
        if (isMember)
          return makeData({ type, length, nullCount: 0, children, child } as never) as Data;
        return makeData({ type, length, nullCount, nullBitmap, children, child } as never) as Data;
      }
      const column = builderForType(type);
      for (const isValid of validity) {
        if (!isValid) column.appendNulls(1);
        else column.appendValue(DataType.isDictionary(type) ? "a" : DataType.isInt(type) ? 1n : 1);
      }
      return column.finish();
    };
    const validity = [true, false, true, false];
    const batch = batchOf(
      schema,
      4,
      schema.fields.map(({ type }) => withNulls(type, validity)),
    );
    for (const start of [0, 1]) {
      const plain = writtenOut(batch.slice(start));
      const [vectors, structs] = plain.data.children as [Data, Data];
      const nullsOf = (data: Data): number[] => [data.nullCount, ...data.children.flatMap(nullsOf)];
      expect(nullsOf(vectors)).toEqual([2, 0]);
      expect(nullsOf(structs)).toEqual([2, 0, 0, 0, 0, 0, 0]);
      const rows = String(new Table([batch.slice(start)]));
      expect(rows).toContain("null");
      expect(String(new Table([plain]))).toBe(rows);
      expect(String(tableFromIPC(tableToIPC(new Table([plain]), "file")))).toBe(rows);
    }
  });

  test("keeps a byte order mark at the beginning of a text", () => {
    const schema = arrowSchema(defineTable({ name: "t", columns: { c: "str" } }));
    const column = builderForType(schema.fields[0]?.type as DataType);
    column.appendValue("\uFEFFa");
    const [texts] = writtenOut(batchOf(schema, 1, [column.finish()])).data.children;
    expect(textReader(texts as Data)(0)).toBe("\uFEFFa");
  });

  test("takes a dictionary that grew, and nulls within it", () => {
    const schema = arrowSchema(defineTable({ name: "t", columns: { c: "str?" } }));
    const { type } = schema.fields[0] as { type: DataType };
    const chunk = (texts: (string | null)[]): Data => {
      const builder = builderForType((type as never as { dictionary: DataType }).dictionary);
      for (const text of texts) text === null ? builder.appendNulls(1) : builder.appendValue(text);
      return builder.finish();
    };
    const dictionary = new Vector([chunk(["a", null]), chunk(["b"])]);
    const data = Int32Array.from([2, 1, 0]);
    const column = makeData({ type: type as never, length: 3, data, dictionary } as never) as Data;
    expect(readRows(writtenOut(batchOf(schema, 3, [column])))).toEqual([["b"], [null], ["a"]]);
  });
});
