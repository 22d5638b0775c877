# SPDX-License-Identifier: Apache-2.0
"""What a model answers on labelled sentences, behind every layer, in float32."""
import torch

from . import data, distillation

EVALUATION_TOKENS = 8192


@torch.no_grad()
def logits(model, sentences, depth=None):
    """[layers, sentences, classes], in the order of `sentences`."""
    layers = depth or model.geometry.layers
    result = torch.empty(layers, len(sentences), model.geometry.classes)
    for indices in data.batches(sentences, EVALUATION_TOKENS, 0):
        ids, lengths, _ = sentences.padded(indices)
        result[:, torch.as_tensor(indices)] = model(ids, lengths, layers)
    return result


def summary(all_logits, labels):
    """Accuracy (%) and mean entropy (nats) a layer."""
    right = (all_logits.argmax(-1) == labels).float().mean(-1) * 100
    return {"accuracy": right.tolist(), "entropy": distillation.entropy(all_logits).mean(-1).tolist()}


def early_exit(all_logits, labels, threshold):
    """The first layer whose entropy is below the threshold, else the last: accuracy (%), mean layer, sentences a layer."""
    layers = all_logits.shape[0]
    below = distillation.entropy(all_logits) < threshold
    below[-1] = True
    exits = below.int().argmax(0)
    chosen = all_logits.gather(0, exits[None, :, None].expand(1, -1, all_logits.shape[-1]))[0]
    return {
        "threshold": threshold,
        "accuracy": float((chosen.argmax(-1) == labels).float().mean() * 100),
        "layer": float((exits + 1).float().mean()),
        "histogram": torch.bincount(exits, minlength=layers).tolist(),
    }
