# SPDX-License-Identifier: Apache-2.0
"""Off-ramps on a frozen backbone (DeeBERT's second stage): the [CLS] states are computed once, the off-ramps learn from them.

Targets are smoothed by layer (distillation.EXIT_SMOOTHING), which only this stage does.
"""
import dataclasses
import sys

import torch

from . import adaptivfloat, data, distillation

STATE_TOKENS = 8192
SENTENCES_A_BATCH = 256


@dataclasses.dataclass(frozen=True)
class OffRampStage:
    """stride: one training sentence in so many is used."""

    name: str
    start: str
    salt: int = 0  # added to the run's seed
    teachers: tuple = ()  # (stage, layers) each; none: labels alone
    alpha: float = 0.5
    word_exchange: float = 0.0  # as in trainer.Stage
    stride: int = 3
    epochs: int = 6
    learning_rate: float = 1e-3
    smoothing: tuple = distillation.EXIT_SMOOTHING
    quantise: bool = True  # states as the quantised backbone gives them


@torch.no_grad()
def lessons(stage, model, sentences, teachers):
    """What the off-ramps see and what they should say: float32 [sentences, layers, hidden], [sentences, classes]."""
    if stage.quantise:
        model.transforms.append(adaptivfloat.quantise_weight)
        model.activation = adaptivfloat.quantise_activation
    g = model.geometry
    states, targets = torch.empty(len(sentences), g.layers, g.hidden), torch.empty(len(sentences), g.classes)
    groups = data.batches(sentences, STATE_TOKENS, 0)
    for number, indices in enumerate(groups):
        ids, lengths, labels = sentences.padded(indices)
        ids = data.exchange_words(ids, lengths, stage.word_exchange)
        where = torch.as_tensor(indices)
        states[where] = torch.stack(model.first_tokens(ids, lengths), 1)
        targets[where] = distillation.targets(labels, g.classes, teachers, ids, lengths, stage.alpha)
        if number % 20 == 0:
            print(f"off-ramps: states of batch {number}/{len(groups)}", file=sys.stderr, flush=True)
    model.transforms.clear()
    model.activation = None
    return states, targets


def train(stage, model, sentences, seed, teachers=()):
    """Trains model.off_ramps in place; teachers: (model, layers) each. Returns the mean loss of each epoch."""
    torch.manual_seed(seed)
    states, targets = lessons(stage, model, sentences, teachers)
    layers = model.geometry.layers
    optimiser = torch.optim.AdamW(model.off_ramps.parameters(), lr=stage.learning_rate, weight_decay=0.01)
    weights = torch.full((layers,), 1 / layers)
    steps = stage.epochs * -(-len(sentences) // SENTENCES_A_BATCH)
    log, step = [], 0
    for _ in range(stage.epochs):
        losses = []
        for indices in torch.randperm(len(sentences)).split(SENTENCES_A_BATCH):
            for part in optimiser.param_groups:
                part["lr"] = stage.learning_rate * (1 - step / steps)
            logits = torch.stack([ramp(states[indices, layer]) for layer, ramp in enumerate(model.off_ramps)])
            wanted = distillation.smoothed(targets[indices], layers, stage.smoothing)
            loss = distillation.exit_loss(logits, wanted, weights)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
            step += 1
        log.append(sum(losses) / len(losses))
        print(f"off-ramps: loss {log[-1]:.4f}", file=sys.stderr, flush=True)
    return log
