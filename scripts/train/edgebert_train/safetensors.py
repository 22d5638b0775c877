# SPDX-License-Identifier: Apache-2.0
"""safetensors by hand: 8-byte little-endian header length, JSON padded with spaces to 8, raw little-endian data."""
import json
import math
import struct

import numpy

TYPES = {"F16": numpy.dtype("<f2"), "F32": numpy.dtype("<f4")}


def write(path, tensors, dtype="F16"):
    """tensors: name -> numpy array, stored as `dtype` in order of name. Raises ValueError for values beyond its range."""
    header, blobs, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name in sorted(tensors):
        values = numpy.asarray(tensors[name]).astype(TYPES[dtype])
        if not numpy.isfinite(values).all():
            raise ValueError(f"writing {path}: tensor '{name}' has values beyond the range of {dtype}")
        blob = values.tobytes()
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read(path):
    """name -> float32 numpy array."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(data[begin:end], TYPES[entry["dtype"]])
        if values.size != math.prod(entry["shape"]):
            raise ValueError(f"{path}: tensor '{name}' has {values.size} values, its shape asks for {math.prod(entry['shape'])}")
        tensors[name] = values.reshape(entry["shape"]).astype(numpy.float32)
    return tensors
