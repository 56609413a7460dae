"""What the reference library makes of safetensors files, as one JSON document on stdout.

Argument: a JSON file, as read-safetensors.mjs writes it. `files`: what the library finds in each, and the bytes
that it writes of the same tensors. `cases`: for each, whether the library takes it. Needs safetensors 0.8.
"""

import ctypes
import json
import sys

NAMES = {
    "BOOL": "bool",
    "F4": "float4_e2m1fn_x2",
    "U8": "uint8",
    "I8": "int8",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E8M0": "float8_e8m0fnu",
    "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
    "I16": "int16",
    "U16": "uint16",
    "F16": "float16",
    "BF16": "bfloat16",
    "I32": "int32",
    "U32": "uint32",
    "F32": "float32",
    "C64": "complex64",
    "F64": "float64",
    "I64": "int64",
    "U64": "uint64",
}


def facts(content, safetensors):
    found = [
        {"name": name, "dtype": info["dtype"], "shape": info["shape"], "hex": bytes(info["data"]).hex()}
        for name, info in safetensors.deserialize(content)
    ]
    return sorted(found, key=lambda tensor: tensor["name"])


def written(tensors, metadata, safetensors):
    """The library's own file; None when it has no name for a dtype (F6)."""
    if any(tensor["dtype"] not in NAMES for tensor in tensors):
        return None
    kept, specs = [], {}
    for tensor in tensors:
        data = bytes.fromhex(tensor["hex"])
        kept.append(ctypes.create_string_buffer(data, max(len(data), 1)))
        shape = list(tensor["shape"])
        if tensor["dtype"] == "F4":  # counted in pairs there
            shape[-1] //= 2
        specs[tensor["name"]] = safetensors.TensorSpec(
            dtype=NAMES[tensor["dtype"]],
            shape=shape,
            data_ptr=ctypes.addressof(kept[-1]),
            data_len=len(data),
        )
    return safetensors.serialize(specs, metadata).hex()


def is_taken(content, safetensors):
    try:
        safetensors.deserialize(content)
        return True
    except safetensors.SafetensorError:
        return False


def main():
    try:
        import safetensors
        from safetensors import TensorSpec  # noqa: F401
    except ImportError as error:
        print(json.dumps({"name": "safetensors", "skipped": str(error)}))
        return
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    files = []
    for each in request["files"]:
        with open(each["path"], "rb") as file:
            content = file.read()
        files.append(
            {
                "found": facts(content, safetensors),
                "written": written(each["tensors"], each["metadata"], safetensors),
            }
        )
    cases = [is_taken(bytes.fromhex(case), safetensors) for case in request["cases"]]
    name = f"safetensors {safetensors.__version__}"
    print(json.dumps({"name": name, "files": files, "cases": cases}))


main()
