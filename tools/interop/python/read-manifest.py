"""Reads `manifest.json` by the rules of the Python original. Needs only the standard library.

A part must have exactly the known keys, since it becomes a dataclass; partitions and the top may have
others, which are dropped. Arguments: files. Prints what it read, as JSON.
"""

import dataclasses
import json
import sys


@dataclasses.dataclass
class Part:
    path: str
    rows: int
    bytes: int
    tick_min: int
    tick_max: int
    created_at: str


PARTITION_NUMBERS = ("bucket_id", "tick_min", "tick_max", "row_count", "byte_size")


def read_partition(data):
    partition = {name: int(data[name]) for name in PARTITION_NUMBERS}
    if data["state"] not in ("writing", "ready"):
        raise ValueError(f"unknown state {data['state']}")
    parts = [dataclasses.asdict(Part(**part)) for part in data["parts"]]
    return {**partition, "state": data["state"], "parts": parts}


def read_manifest(path):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    partitions = {name: read_partition(each) for name, each in data["partitions"].items()}
    return {"table": data["table"], "version": data["version"], "partitions": partitions}


json.dump([read_manifest(path) for path in sys.argv[1:]], sys.stdout)
