/** Chooses the builder of an Arrow type. */
import { DataType } from "apache-arrow";
import { SchemaError } from "../errors.js";
import { BoolBuilder } from "./bool-builder.js";
import { BytesBuilder } from "./bytes-builder.js";
import type { ColumnBuilder } from "./column-builder.js";
import { Int64Builder } from "./int64-builder.js";
import { NumberBuilder } from "./number-builder.js";
import { StructBuilder } from "./struct-builder.js";
import { TextBuilder } from "./text-builder.js";
import { isFloat32, isFloat64, isInt32, isInt64, isMicroseconds, isText } from "./type-match.js";
import { VectorBuilder } from "./vector-builder.js";

/**
 * A builder of columns of `type`, which must be one that `arrowType` gives.
 *
 * @throws SchemaError `INVALID_ARGUMENT` for any other.
 */
export function builderForType(type: DataType): ColumnBuilder {
  if (isInt64(type) || isMicroseconds(type)) return new Int64Builder(type);
  if (isInt32(type) || isFloat64(type) || isFloat32(type)) return new NumberBuilder(type);
  if (isText(type)) return new TextBuilder(type);
  if (DataType.isBool(type)) return new BoolBuilder(type);
  if (DataType.isBinary(type) || DataType.isUtf8(type)) return new BytesBuilder(type);
  if (DataType.isFixedSizeList(type)) {
    return new VectorBuilder(type, builderForType(type.valueType));
  }
  if (DataType.isStruct(type)) {
    return new StructBuilder(
      type,
      type.children.map((field) => builderForType(field.type)),
    );
  }
  throw new SchemaError("INVALID_ARGUMENT", `no column of a table has the Arrow type ${type}`, {
    details: { type: String(type) },
  });
}
