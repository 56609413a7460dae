"""
A run as the Python original lays it out, for the tests of reading and adopting such runs: written with
pyarrow, in the form that its writer gives (large strings, nullable columns, native structs, three pairs of
key-value metadata, manifest.json in its exact shape). The same bytes at every call of one pyarrow.

    python tools/make-fixtures/foreign-run.py packages/crv/test/fixtures/foreign

Small on purpose. What is special about it:

    holdings         two buckets, two parts in the first; lz4 (LZ4_RAW) and zstd; rows not in order of tick;
                     an orphan that its manifest does not name, as a failed append leaves it
    exchange         additional_payload is a native struct, with other fields in each part
    identity_edges   parts with other nullable columns; a required column with a null
    messages         no manifest.json: found by its files
    decisions        a torn manifest.json; an extra column of two types that no column can hold
"""

import json
import pathlib
import sys

import pyarrow as pa
import pyarrow.parquet as pq

RUN_ID = "20250101-000000"
TIME = "2025-01-01T00:00:00.000000+00:00"
TEXT = pa.large_string()
INT = pa.int64()
REAL = pa.float64()

root = pathlib.Path(sys.argv[1]) / "runs" / RUN_ID / "tables"
names = (f"part-{number:032x}.parquet" for number in range(1, 100))
listed: dict[str, dict[int, list[dict]]] = {}


def part(table, bucket, columns, compression="zstd", in_manifest=True):
    """Writes one part; `columns` is a list of (name, type, values), tick among them."""
    ticks = next(values for name, _, values in columns if name == "tick")
    rows = [("bucket", INT, [bucket] * len(ticks)), *columns]
    data = pa.table(
        [pa.array(values, type=kind) for _, kind, values in rows],
        names=[name for name, _, _ in rows],
    ).replace_schema_metadata(
        {
            "crv_schema_version": "0.1@2025-09-20",
            "crv_table_name": table,
            "crv_run_id": RUN_ID,
        }
    )
    path = root / table / f"bucket={bucket:06d}" / next(names)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(data, path, compression=compression, row_group_size=131072)
    if in_manifest:
        listed.setdefault(table, {}).setdefault(bucket, []).append(
            {
                "path": path.name,
                "rows": len(ticks),
                "bytes": path.stat().st_size,
                "tick_min": min(ticks),
                "tick_max": max(ticks),
                "created_at": TIME,
            }
        )


def manifest(table):
    partitions = {
        f"{bucket:06d}": {
            "bucket_id": bucket,
            "state": "ready",
            "tick_min": min(p["tick_min"] for p in parts),
            "tick_max": max(p["tick_max"] for p in parts),
            "row_count": sum(p["rows"] for p in parts),
            "byte_size": sum(p["bytes"] for p in parts),
            "parts": parts,
        }
        for bucket, parts in listed[table].items()
    }
    document = {
        "table": table,
        "version": 1,
        "created_at": TIME,
        "updated_at": TIME,
        "partitions": partitions,
    }
    (root / table / "manifest.json").write_text(json.dumps(document, indent=2), encoding="utf-8")


def holdings(ticks):
    return [
        ("tick", INT, ticks),
        ("agent_id", TEXT, [f"A{tick % 3}" for tick in ticks]),
        ("token_id", TEXT, ["Zürich"] * len(ticks)),
        ("quantity", INT, [2**53 + tick for tick in ticks]),
    ]


part("holdings", 0, holdings([7, 3, 99]), compression="lz4")
part("holdings", 1, holdings([150]))
part("holdings", 0, holdings([50, 51]))
part("holdings", 2, holdings([250]), in_manifest=False)
manifest("holdings")


def exchange(tick, payload_type, payload):
    empty = [None]
    return [
        ("tick", INT, [tick]),
        ("venue_id", TEXT, ["V"]),
        ("token_id", TEXT, ["T"]),
        ("exchange_event_type", TEXT, ["trade"]),
        ("side", TEXT, empty),
        ("quantity", REAL, [1.5]),
        ("price", REAL, empty),
        ("actor_agent_id", TEXT, ["A0"]),
        ("counterparty_agent_id", TEXT, empty),
        ("baseline_value", REAL, empty),
        ("additional_payload", payload_type, [payload]),
    ]


part("exchange", 0, exchange(1, pa.struct([("note", TEXT)]), {"note": "a"}))
nested = pa.struct([("legs", pa.large_list(pa.struct([("q", INT)]))), ("fee", REAL)])
part("exchange", 0, exchange(2, nested, {"legs": [{"q": 1}, {"q": 2}], "fee": 0.5}))
manifest("exchange")


def edge(tick, weight, **optional):
    return [
        ("tick", INT, [tick]),
        ("observer_agent_id", TEXT, ["A0"]),
        ("edge_kind", TEXT, ["self_to_object"]),
        ("edge_weight", REAL, [weight]),
        *[(name, INT if name == "edge_sign" else TEXT, [value]) for name, value in optional.items()],
    ]


part("identity_edges", 0, edge(1, 0.5, subject_id="A0"))
part("identity_edges", 0, edge(2, None, edge_sign=-1))
manifest("identity_edges")

claims = pa.struct([("text", TEXT)])
part(
    "messages",
    0,
    [
        ("tick", INT, [5]),
        ("sender_agent_id", TEXT, ["A0"]),
        ("channel_name", TEXT, ["hall"]),
        ("visibility_scope", TEXT, ["public"]),
        ("audience", claims, [{"text": "all"}]),
        ("speech_act", TEXT, ["tell"]),
        ("topic_label", TEXT, ["t"]),
        ("stance_label", TEXT, [None]),
        ("claims", claims, [{"text": "c"}]),
        ("style", claims, [{"text": "s"}]),
    ],
)

action = pa.struct([("kind", TEXT)])
for tick, extra_type, extra in ((1, INT, 3), (2, TEXT, "three")):
    part(
        "decisions",
        0,
        [
            ("tick", INT, [tick]),
            ("agent_id", TEXT, ["A0"]),
            ("chosen_action", action, [{"kind": "gift_token"}]),
            ("action_candidates", pa.large_list(action), [[{"kind": "gift_token"}]]),
            ("token_value_estimates", pa.struct([("T", REAL)]), [{"T": 1.0}]),
            ("extra", extra_type, [extra]),
        ],
        compression="snappy",
    )
(root / "decisions" / "manifest.json").write_text('{"table": "decisi', encoding="utf-8")
