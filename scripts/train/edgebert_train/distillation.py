# SPDX-License-Identifier: Apache-2.0
"""Losses: distillation from a teacher's probabilities, cross-entropy, one weight an off-ramp (DeeBERT, Xin et al., ACL 2020)."""
import torch
from torch.nn import functional

EXIT_WEIGHT_EXPONENT = 1.5
# Share of the target spread evenly over the classes, by layer 1 … 12: early off-ramps stay unsure, so that sentences leave
# layer by layer and not at the first off-ramp that overstates its case. Chosen among four by dev sentences (docs/model.md).
EXIT_SMOOTHING = (0.16, 0.10, 0.055, 0.03, 0.018, 0.012, 0.008, 0.006, 0.004, 0.002, 0.001, 0.0)


def exit_weights(depth):
    """Weights of off-ramps 1 … depth, ∝ layer^1.5, sum 1."""
    weights = torch.arange(1, depth + 1, dtype=torch.float32) ** EXIT_WEIGHT_EXPONENT
    return weights / weights.sum()


def smoothed(targets, layers, smoothing):
    """targets [sentences, classes] -> [layers, sentences, classes]; smoothing: one share a layer, or none."""
    if not smoothing:
        return targets.expand(layers, *targets.shape)
    share = torch.tensor(smoothing[:layers])[:, None, None]
    return (1 - share) * targets + share / targets.shape[-1]


@torch.no_grad()
def targets(labels, classes, teachers, ids, lengths, alpha):
    """[sentences, classes]: alpha · mean of the teachers' probabilities + (1 − alpha) · one-hot; one-hot without teachers.

    teachers: (model, layers) each, answering behind those layers. Cross-entropy is linear in its target, so one loss serves
    both terms.
    """
    hard = functional.one_hot(labels, classes).float()
    if not teachers:
        return hard
    answers = [functional.softmax(model(ids, lengths, layers)[-1], -1) for model, layers in teachers]
    return alpha * torch.stack(answers).mean(0) + (1 - alpha) * hard


def exit_loss(logits, targets, weights):
    """Σ weights[l] · cross-entropy(targets[l], softmax(logits[l])): logits and targets [layers, sentences, classes]."""
    per_layer = -(targets * functional.log_softmax(logits, -1)).sum(-1).mean(-1)
    return (weights * per_layer).sum()


def entropy(logits):
    """Entropy of softmax(logits), nats."""
    log_p = functional.log_softmax(logits, -1)
    return -(log_p.exp() * log_p).sum(-1)
