# SPDX-License-Identifier: Apache-2.0
"""A trained model as a checkpoint folder that edgebert-sim compiles: HuggingFace names, documented in model/checkpoint.hpp."""
import json
import pathlib
import shutil

import torch

from . import data, safetensors
from .albert import SmallAlbert

LAYER = "albert.encoder.albert_layer_groups.0.albert_layers.0."
NAMES = {
    "word_embeddings": "albert.embeddings.word_embeddings",
    "position_embeddings": "albert.embeddings.position_embeddings",
    "token_type_embeddings": "albert.embeddings.token_type_embeddings",
    "embedding_norm": "albert.embeddings.LayerNorm",
    "hidden_in": "albert.encoder.embedding_hidden_mapping_in",
    "query": LAYER + "attention.query",
    "key": LAYER + "attention.key",
    "value": LAYER + "attention.value",
    "dense": LAYER + "attention.dense",
    "attention_norm": LAYER + "attention.LayerNorm",
    "ffn": LAYER + "ffn",
    "ffn_output": LAYER + "ffn_output",
    "output_norm": LAYER + "full_layer_layer_norm",
}
REACH = LAYER + "attention.adaptive_span.reach"


def names(geometry):
    """Parameter name -> tensor name in the file."""
    table = {}
    for role, name in NAMES.items():
        table[f"{role}.weight"] = f"{name}.weight"
        if not role.endswith("_embeddings"):
            table[f"{role}.bias"] = f"{name}.bias"
    for index in range(geometry.layers):
        last = index == geometry.layers - 1
        pooler = "albert.pooler" if last else f"albert.encoder.highway.{index}.pooler.dense"
        classifier = "classifier" if last else f"albert.encoder.highway.{index}.classifier"
        for kind in ("weight", "bias"):
            table[f"off_ramps.{index}.pooler.{kind}"] = f"{pooler}.{kind}"
            table[f"off_ramps.{index}.classifier.{kind}"] = f"{classifier}.{kind}"
    return table


def configuration(model):
    g = model.geometry
    keys = {
        "architectures": ["AlbertForSequenceClassification"],
        "model_type": "albert",
        "vocab_size": g.vocabulary,
        "embedding_size": g.embedding,
        "hidden_size": g.hidden,
        "num_attention_heads": g.heads,
        "intermediate_size": g.intermediate,
        "num_hidden_layers": g.layers,
        "num_hidden_groups": 1,
        "inner_group_num": 1,
        "hidden_act": "gelu_new",
        "max_position_embeddings": g.positions,
        "type_vocab_size": g.token_types,
        "layer_norm_eps": g.layernorm_epsilon,
        "num_labels": g.classes,
        "id2label": {"0": "negative", "1": "positive"},
        "edgebert_sequence_length": g.sequence,
        "edgebert_text_cleaning": "lower_case",
    }
    if bool(model.span.limited):
        keys |= {"adaptive_span_ramp": model.span.ramp, "span_softmax": "in_span", "span_index": "distance"}
    return keys


def export(model: SmallAlbert, folder):
    """Writes model.safetensors (F16), config.json and the files a checkpoint folder needs beside them."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    parameters = dict(model.named_parameters())
    tensors = {target: parameters[source].detach().numpy() for source, target in names(model.geometry).items()}
    if bool(model.span.limited):
        tensors[REACH] = model.span.reach.detach().numpy()
    safetensors.write(folder / "model.safetensors", tensors)
    (folder / "config.json").write_text(json.dumps(configuration(model), indent=1) + "\n")
    for name in ("spiece.model", "dev.tsv", "calibration.tsv"):
        shutil.copyfile(data.SMALL / name, folder / name)


def load(model: SmallAlbert, folder):
    """Reads what export wrote into a model of the same geometry."""
    tensors = safetensors.read(pathlib.Path(folder) / "model.safetensors")
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for source, target in names(model.geometry).items():
            parameters[source].copy_(torch.from_numpy(tensors[target].copy()))
        if REACH in tensors:
            model.span.start(0.0)
            model.span.reach.copy_(torch.from_numpy(tensors[REACH].copy()))
            model.span.on.copy_(model.span.reach > 0)
