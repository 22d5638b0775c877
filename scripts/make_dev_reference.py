#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packs the float evaluation of the SST-2 development set into tests/data/sst2_dev_reference.safetensors.

Source: sst2_dev_eval.json, written by the training run of checkpoints/sst2-small: for each of the 872 sentences
the token ids (with [CLS] and [SEP]), the label, and the float32 logits of all 12 off-ramps.

tensors: token_ids u16 [sentences, longest], padded with 0; lengths u16 [sentences]; labels u8 [sentences];
         logits_fp32 f32 [sentences, layers, classes]
"""
import argparse
import json
import struct


def pack(kind, values):
    return struct.pack(f"<{len(values)}{kind}", *values)


def tensors_of(evaluation):
    ids = evaluation["input_ids"]
    logits = evaluation["logits_fp32"]
    sentences, longest = len(ids), max(map(len, ids))
    layers, classes = len(logits[0]), len(logits[0][0])
    padded = [token for row in ids for token in row + [0] * (longest - len(row))]
    flat = [value for sentence in logits for layer in sentence for value in layer]
    return {
        "labels": ("U8", [sentences], pack("B", evaluation["labels"])),
        "lengths": ("U16", [sentences], pack("H", [len(row) for row in ids])),
        "logits_fp32": ("F32", [sentences, layers, classes], pack("f", flat)),
        "token_ids": ("U16", [sentences, longest], pack("H", padded)),
    }


def container(tensors, metadata):
    """The bytes of a safetensors file."""
    header, data = {"__metadata__": metadata}, b""
    for name, (kind, shape, content) in tensors.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", help="sst2_dev_eval.json")
    parser.add_argument("output", help="safetensors file to write")
    arguments = parser.parse_args()
    with open(arguments.evaluation, encoding="utf-8") as file:
        tensors = tensors_of(json.load(file))
    metadata = {"source": "sst2_dev_eval.json of the sst2-small training run", "content": "SST-2 development set"}
    with open(arguments.output, "wb") as file:
        file.write(container(tensors, metadata))


if __name__ == "__main__":
    main()
