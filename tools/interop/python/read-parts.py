"""What pyarrow and Polars find in the parts of a run, as one JSON document on stdout.

Argument: a JSON file, as read-python.mjs writes it. Each reader that cannot be imported is left out
with the reason. Values and bounds are told in the form of plain-value.mjs.
"""

import datetime
import json
import math
import struct
import sys


EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)


def plain_float(value):
    return "NaN" if math.isnan(value) else struct.pack(">d", value).hex()


def plain(column_type, value):
    if value is None:
        return None
    if isinstance(column_type, dict):
        fields = column_type["struct"].items()
        return {name: plain(spec.rstrip("?"), value[name]) for name, spec in fields}
    if column_type in ("struct", "list[struct]"):
        return json.loads(value)
    if column_type.endswith("]"):
        return [plain(column_type[:3], each) for each in value]
    if column_type in ("i64", "i32"):
        return str(value)
    if column_type in ("f64", "f32"):
        return plain_float(value)
    if column_type == "timestamp":
        return str((value - EPOCH) // MICROSECOND)
    if column_type == "binary":
        return value.hex()
    return value


def plain_rows(columns, rows):
    return [{name: plain(t, row[name]) for name, t in columns.items()} for row in rows]


def bound(column_type, value):
    # -0 counts as 0
    return plain(column_type, value + 0.0 if column_type in ("f64", "f32") and value is not None else value)


class PyArrow:
    program = "pyarrow"

    def __init__(self):
        import pyarrow
        import pyarrow.dataset
        import pyarrow.parquet

        self.pa = pyarrow
        self.name = f"{self.program} {pyarrow.__version__}"

    def read_part(self, path, columns):
        file = self.pa.parquet.ParquetFile(path)
        metadata = file.metadata
        groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
        return {
            "types": {field.name: str(field.type) for field in file.schema_arrow},
            "keyValues": {k.decode(): v.decode() for k, v in metadata.metadata.items()},
            "rowGroups": [self.bounds(group, columns) for group in groups],
            "rows": plain_rows(columns, file.read().to_pylist()),
        }

    def bounds(self, group, columns):
        found = {}
        for index in range(group.num_columns):
            chunk = group.column(index)
            column_type = columns.get(chunk.path_in_schema)
            if column_type is None:  # a leaf of a struct or a vector
                continue
            s = chunk.statistics
            found[chunk.path_in_schema] = {
                "min": bound(column_type, s.min if s.has_min_max else None),
                "max": bound(column_type, s.max if s.has_min_max else None),
                "nulls": s.null_count,
            }
        return found

    def count_by_bucket(self, directory):
        # Named, since pyarrow infers int32, which does not merge with the column of canonical tables.
        schema = self.pa.schema([("bucket", self.pa.int64())])
        partitioning = self.pa.dataset.partitioning(schema, flavor="hive")
        dataset = self.pa.dataset.dataset(
            directory, format="parquet", partitioning=partitioning, exclude_invalid_files=True
        )
        counts = dataset.to_table(columns=["bucket"]).group_by("bucket").aggregate([([], "count_all")])
        return {str(row["bucket"]): row["count_all"] for row in counts.to_pylist()}


class Polars:
    program = "Polars"

    def __init__(self):
        import polars

        self.pl = polars
        self.name = f"{self.program} {polars.__version__}"

    def read_part(self, path, columns):
        frame = self.pl.read_parquet(path, hive_partitioning=False)
        return {
            "types": {name: str(dtype) for name, dtype in frame.schema.items()},
            "keyValues": self.pl.read_parquet_metadata(path),
            "rows": plain_rows(columns, frame.to_dicts()),
        }

    def count_by_bucket(self, directory):
        frame = self.pl.scan_parquet(f"{directory}/*/*.parquet", hive_partitioning=True)
        counts = frame.group_by("bucket").len().collect()
        return {str(bucket): count for bucket, count in counts.rows()}


def read_table(reader, table):
    return {
        "parts": [reader.read_part(path, table["columns"]) for path in table["files"]],
        "buckets": reader.count_by_bucket(table["directory"]),
    }


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        tables = json.load(file)
    outcomes = []
    for make in (PyArrow, Polars):
        try:
            reader = make()
        except ImportError as error:
            outcomes.append({"name": make.program, "skipped": str(error)})
            continue
        outcomes.append({"name": reader.name, "tables": [read_table(reader, t) for t in tables]})
    json.dump(outcomes, sys.stdout)


main()
