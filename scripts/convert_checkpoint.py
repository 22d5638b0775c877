#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rewrites the F32 tensors of a safetensors file as F16, rounding to nearest, halves to even.

Tensors of other types are copied. Output is the same byte for byte on every run. Standard library only.

    scripts/convert_checkpoint.py SOURCE.safetensors TARGET.safetensors
"""
import argparse
import json
import math
import struct
import sys

ALIGNMENT = 8


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    return metadata, {
        name: (entry["dtype"], entry["shape"], data[slice(*entry["data_offsets"])]) for name, entry in header.items()
    }


def as_half(name, dtype, shape, data):
    if dtype != "F32":
        return dtype, shape, data
    count = math.prod(shape)
    values = struct.unpack(f"<{count}f", data)
    try:
        return "F16", shape, struct.pack(f"<{count}e", *values)
    except OverflowError:
        sys.exit(f"convert_checkpoint.py: tensor '{name}' has values beyond the range of F16; keep it in F32")


def write(path, metadata, tensors):
    header = {"__metadata__": metadata} if metadata else {}
    offset = 0
    for name in sorted(tensors):
        dtype, shape, data = tensors[name]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in sorted(tensors):
            file.write(tensors[name][2])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("target")
    arguments = parser.parse_args()
    metadata, tensors = read(arguments.source)
    write(arguments.target, metadata, {name: as_half(name, *tensor) for name, tensor in tensors.items()})


if __name__ == "__main__":
    main()
