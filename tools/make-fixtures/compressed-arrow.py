"""
Arrow files with compressed buffers, for the tests of `crv import`: as Feather of pyarrow and pandas by
default, and with the other codec, as files and as streams.

    python tools/make-fixtures/compressed-arrow.py packages/cli/test/fixtures/arrow

Long enough that buffers are smaller compressed, so that they are; the null bitmap of `share` and the three
texts of `city` are not, and are kept as they are beside the others.
"""

import pathlib
import sys

import pyarrow as pa

ROWS = 2000
BATCH_ROWS = 1500
folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)

table = pa.table(
    {
        "tick": pa.array(range(ROWS), pa.int64()),
        "name": pa.array([f"agent {i % 10}" for i in range(ROWS)], pa.string()),
        "share": pa.array([None if i == 7 else i / 4 for i in range(ROWS)], pa.float64()),
        "city": pa.array([("Basel", "Bern", "Genf")[i % 3] for i in range(ROWS)]).dictionary_encode(),
        "flag": pa.array([i % 2 == 0 for i in range(ROWS)], pa.bool_()),
    }
)
for codec in ("lz4", "zstd"):
    options = pa.ipc.IpcWriteOptions(compression=codec)
    for suffix, begin in (("arrow", pa.ipc.new_file), ("arrows", pa.ipc.new_stream)):
        with begin(str(folder / f"{codec}.{suffix}"), table.schema, options=options) as writer:
            writer.write_table(table, max_chunksize=BATCH_ROWS)
