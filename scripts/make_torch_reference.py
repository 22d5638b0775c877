#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What PyTorch computes for the shipped checkpoint and for three small random ones: tests/data/torch_reference.

The network is written here once more, with torch's own layer_norm, gelu, softmax and matmul, after HuggingFace's
modeling_albert.py, DeeBERT's off-ramps and docs/checkpoints.md. unit-golden compares golden's float forward run
with what this stores; run it again when the shipped checkpoint changes. Needs python3-torch
(scripts/install-packages --bench); equal inputs give equal checkpoints, and logits to the last few bits.

    /usr/bin/python3 scripts/make_torch_reference.py
"""
import hashlib
import json
import pathlib
import random

import torch
import torch.nn.functional as F

from convert_checkpoint import read
from make_dev_reference import container, pack

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests/data/torch_reference"
SHIPPED = ROOT / "checkpoints/sst2-small"
LAYER = "albert.encoder.albert_layer_groups.0.albert_layers.0."
DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
ACTIVATIONS = {"gelu_new": lambda x: F.gelu(x, approximate="tanh"), "gelu": F.gelu, "relu": F.relu, "tanh": torch.tanh}

# Every option of a checkpoint occurs in one of them.
GEOMETRIES = {
    "three_classes": {
        "seed": 1, "sentences": 4, "pairs": True, "spans": None, "shared_off_ramp": False, "types": ["F32"],
        "config": {"vocab_size": 60, "embedding_size": 16, "hidden_size": 24, "num_attention_heads": 3,
                   "intermediate_size": 40, "num_hidden_layers": 4, "max_position_embeddings": 20,
                   "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-5,
                   "id2label": {"0": "entailment", "1": "neutral", "2": "contradiction"}}},
    "shared_off_ramp": {
        "seed": 2, "sentences": 4, "pairs": False, "spans": [3.5, 0.0, 9.0, 1.0], "shared_off_ramp": True,
        "types": ["F16", "BF16", "F32"],
        "config": {"vocab_size": 40, "embedding_size": 12, "hidden_size": 32, "num_attention_heads": 4,
                   "intermediate_size": 48, "num_hidden_layers": 3, "max_position_embeddings": 24,
                   "type_vocab_size": 1, "hidden_act": "relu", "layer_norm_eps": 1e-12, "num_labels": 2,
                   "adaptive_span_ramp": 4.0, "span_softmax": "in_span", "span_index": "distance"}},
    "spans_by_position": {
        "seed": 3, "sentences": 4, "pairs": True, "spans": [6.0, -4.0, 12.5, 2.0, 0.0], "shared_off_ramp": False,
        "types": ["F16"],
        "config": {"vocab_size": 50, "embedding_size": 20, "hidden_size": 40, "num_attention_heads": 5,
                   "intermediate_size": 36, "num_hidden_layers": 3, "max_position_embeddings": 32,
                   "type_vocab_size": 2, "hidden_act": "gelu_new", "layer_norm_eps": 1e-7, "num_labels": 4,
                   "adaptive_span_ramp": 4.0, "span_softmax": "all_keys", "span_index": "position",
                   "edgebert_sequence_length": 16}},
}


class Albert:
    def __init__(self, tensors, config):
        self.tensors, self.config = tensors, config
        self.heads = config["num_attention_heads"]
        self.layers = config["num_hidden_layers"]
        self.reach = tensors.get(LAYER + "attention.adaptive_span.reach")

    def linear(self, name, x):
        return F.linear(x, self.tensors[name + ".weight"], self.tensors[name + ".bias"])

    def norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], self.tensors[name + ".weight"], self.tensors[name + ".bias"],
                            self.config["layer_norm_eps"])

    def mask(self, tokens):
        """heads x queries x keys: how much of a key a head lets through."""
        at = torch.arange(tokens)
        ramp = self.config["adaptive_span_ramp"]
        reach = self.reach[:, None, None]
        if self.config.get("span_index", "distance") == "distance":
            return ((reach - (at[:, None] - at[None, :]).abs()) / ramp).clamp(0, 1)
        sequence = self.config.get("edgebert_sequence_length", min(self.config["max_position_embeddings"], 128))
        return ((at - (sequence - 1) + reach) / ramp + 1).clamp(0, 1).expand(-1, tokens, -1)

    def attention(self, x):
        tokens, hidden = x.shape

        def split(name):
            return self.linear(LAYER + "attention." + name, x).view(tokens, self.heads, -1).transpose(0, 1)

        query, key, value = split("query"), split("key"), split("value")
        scores = query @ key.transpose(1, 2) / (hidden / self.heads) ** 0.5
        if self.reach is None:
            weights = scores.softmax(-1)
        elif self.config.get("span_softmax", "all_keys") == "all_keys":
            masked = scores.softmax(-1) * self.mask(tokens)
            weights = masked / (masked.sum(-1, keepdim=True) + 1e-8)
        else:
            mask = self.mask(tokens)
            largest = scores.masked_fill(mask == 0, -torch.inf).amax(-1, keepdim=True).nan_to_num(neginf=0.0)
            masked = torch.exp(scores - largest).masked_fill(mask == 0, 0.0) * mask
            total = masked.sum(-1, keepdim=True)
            weights = torch.where(total == 0, torch.zeros_like(masked), masked / total)
        context = (weights @ value).transpose(0, 1).reshape(tokens, hidden)
        return self.norm(LAYER + "attention.LayerNorm", self.linear(LAYER + "attention.dense", context) + x)

    def off_ramp(self, layer, x):
        shared = "albert.encoder.highway.0.classifier.weight" not in self.tensors
        last = shared or layer == self.layers - 1
        highway = f"albert.encoder.highway.{layer}."
        pooled = torch.tanh(self.linear("albert.pooler" if last else highway + "pooler.dense", x[:1]))
        return self.linear("classifier" if last else highway + "classifier", pooled)[0]

    def run(self, ids, first_segment):
        """Logits, layers x classes."""
        embeddings = "albert.embeddings."
        types = (torch.arange(len(ids)) >= first_segment).long()
        x = (self.tensors[embeddings + "word_embeddings.weight"][ids]
             + self.tensors[embeddings + "token_type_embeddings.weight"][types]
             + self.tensors[embeddings + "position_embeddings.weight"][:len(ids)])
        x = self.linear("albert.encoder.embedding_hidden_mapping_in", self.norm(embeddings + "LayerNorm", x))
        logits = []
        for layer in range(self.layers):
            x = self.attention(x)
            inner = ACTIVATIONS[self.config["hidden_act"]](self.linear(LAYER + "ffn", x))
            x = self.norm(LAYER + "full_layer_layer_norm", self.linear(LAYER + "ffn_output", inner) + x)
            logits.append(self.off_ramp(layer, x))
        return torch.stack(logits)


def shapes_of(geometry):
    config = geometry["config"]
    embedding, hidden, inner = config["embedding_size"], config["hidden_size"], config["intermediate_size"]
    classes = config.get("num_labels", len(config.get("id2label", {})))
    shapes = {"albert.embeddings.word_embeddings.weight": [config["vocab_size"], embedding],
              "albert.embeddings.position_embeddings.weight": [config["max_position_embeddings"], embedding],
              "albert.embeddings.token_type_embeddings.weight": [config["type_vocab_size"], embedding]}

    def pair(name, *shape):
        shapes[name + ".weight"], shapes[name + ".bias"] = list(shape), [shape[0]]

    pair("albert.embeddings.LayerNorm", embedding)
    pair("albert.encoder.embedding_hidden_mapping_in", hidden, embedding)
    for name in ["query", "key", "value", "dense"]:
        pair(f"{LAYER}attention.{name}", hidden, hidden)
    pair(LAYER + "attention.LayerNorm", hidden)
    pair(LAYER + "ffn", inner, hidden)
    pair(LAYER + "ffn_output", hidden, inner)
    pair(LAYER + "full_layer_layer_norm", hidden)
    for layer in range(0 if geometry["shared_off_ramp"] else config["num_hidden_layers"] - 1):
        pair(f"albert.encoder.highway.{layer}.pooler.dense", hidden, hidden)
        pair(f"albert.encoder.highway.{layer}.classifier", classes, hidden)
    pair("albert.pooler", hidden, hidden)
    pair("classifier", classes, hidden)
    return shapes


def random_tensors(geometry):
    torch.manual_seed(geometry["seed"])
    types = geometry["types"]
    tensors = {}
    for index, (name, shape) in enumerate(shapes_of(geometry).items()):
        is_gamma = name.endswith("LayerNorm.weight") or name.endswith("layer_norm.weight")
        scale = 1.3 / shape[1] ** 0.5 if len(shape) == 2 and "embeddings" not in name else 0.3
        values = torch.randn(shape) * scale + (1 if is_gamma else 0)
        tensors[name] = (types[index % len(types)], values.to(DTYPES[types[index % len(types)]]))
    if geometry["spans"]:
        tensors[LAYER + "attention.adaptive_span.reach"] = ("F32", torch.tensor(geometry["spans"]))
    return tensors


def sentences_of(geometry):
    """Token ids and how many are of the first segment."""
    source = random.Random(geometry["seed"])
    config = geometry["config"]
    longest = config.get("edgebert_sequence_length", config["max_position_embeddings"])
    lengths = [longest, 3, *(source.randint(4, longest) for _ in range(geometry["sentences"] - 2))]
    ids = [[source.randrange(config["vocab_size"]) for _ in range(length)] for length in lengths]
    return [(row, source.randint(2, len(row)) if geometry["pairs"] else len(row)) for row in ids]


def bytes_of(tensor):
    return tensor.contiguous().view(torch.int16 if tensor.element_size() == 2 else torch.int32).numpy().tobytes()


def store_reference(name, albert, sentences, checkpoint):
    """Logits and entropies of all off-ramps, and what they were computed from."""
    longest = max(len(ids) for ids, _ in sentences)
    with torch.no_grad():
        logits = torch.stack([albert.run(torch.tensor(ids), first) for ids, first in sentences])
    probabilities = logits.double().softmax(-1)
    entropies = -(probabilities * logits.double().log_softmax(-1)).sum(-1)
    padded = [token for ids, _ in sentences for token in ids + [0] * (longest - len(ids))]
    tensors = {
        "token_ids": ("U16", [len(sentences), longest], pack("H", padded)),
        "lengths": ("U16", [len(sentences)], pack("H", [len(ids) for ids, _ in sentences])),
        "first_segments": ("U16", [len(sentences)], pack("H", [first for _, first in sentences])),
        "logits": ("F32", list(logits.shape), bytes_of(logits)),
        "entropies": ("F32", list(entropies.shape), bytes_of(entropies.float())),
    }
    metadata = {"checkpoint_sha256": hashlib.sha256(checkpoint.read_bytes()).hexdigest()}
    (FOLDER / f"{name}.safetensors").write_bytes(container(tensors, metadata))


def load(checkpoint):
    tensors = {}
    for name, (dtype, shape, data) in read(checkpoint)[1].items():
        tensors[name] = torch.frombuffer(bytearray(data), dtype=DTYPES[dtype]).view(shape).float()
    return tensors


def shipped_sentences():
    """Every 109th of the development set."""
    tensors = read(ROOT / "tests/data/sst2_dev_reference.safetensors")[1]
    lengths = memoryview(tensors["lengths"][2]).cast("H")
    ids = memoryview(tensors["token_ids"][2]).cast("H")
    longest = tensors["token_ids"][1][1]
    return [(list(ids[i * longest:i * longest + lengths[i]]), lengths[i]) for i in range(0, len(lengths), 109)]


def main():
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    for name, geometry in GEOMETRIES.items():
        folder = FOLDER / name
        folder.mkdir(exist_ok=True)
        tensors = random_tensors(geometry)
        stored = {key: (dtype, list(values.shape), bytes_of(values)) for key, (dtype, values) in tensors.items()}
        (folder / "model.safetensors").write_bytes(container(stored, {"format": "pt"}))
        (folder / "config.json").write_text(json.dumps({"model_type": "albert", **geometry["config"]}, indent=1) + "\n")
        albert = Albert(load(folder / "model.safetensors"), geometry["config"])
        store_reference(name, albert, sentences_of(geometry), folder / "model.safetensors")
    shipped = Albert(load(SHIPPED / "model.safetensors"), json.loads((SHIPPED / "config.json").read_text()))
    store_reference("shipped", shipped, shipped_sentences(), SHIPPED / "model.safetensors")


if __name__ == "__main__":
    main()
