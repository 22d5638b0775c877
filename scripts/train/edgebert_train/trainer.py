# SPDX-License-Identifier: Apache-2.0
"""One training stage: step-based schedules, progress on stderr, saved state from which a stopped run goes on.

The random numbers of a step (batch order, depth, dropout, dropped words) depend on the seed and the step alone, so a resumed
run takes the same steps as an uninterrupted one.
"""
import dataclasses
import json
import os
import sys
import time

import torch

from . import adaptivfloat, data, distillation, pruning
from .albert import SmallAlbert

PRUNING_UPDATE_STEPS = 10
WORDS = "word_embeddings.weight"
REACH_GROUP = 2  # of the optimiser


@dataclasses.dataclass(frozen=True)
class Stage:
    """What one stage does; a step is one batch. Fractions are of the stage's steps."""

    name: str
    steps: int
    salt: int = 0  # added to the run's seed
    start: str | None = None  # the stage whose weights it begins with; None: word vectors and random matrices
    learning_rate: float = 7e-4
    word_rate: float = 0.1  # the word vectors' share of it: large steps would tear rare words from those that are trained often
    warm_up: float = 0.03  # then linear to 0
    depths: tuple = ((1.0, (12,)),)  # (until this fraction, layers drawn from)
    teachers: tuple = ()  # (stage, layers) each, answering every batch as it is; none: labels alone
    alpha: float = 0.9  # weight of the teachers' probabilities against the label
    dropout: float = 0.1
    word_drop: float = 0.1
    word_exchange: float = 0.0  # share of words replaced by others: for teachers, who answer what became of the sentence
    start_reach: float | None = None  # tokens; limits the spans from this stage on
    longest_reach: float = 12.0
    learn_reach: tuple = (1.1, 1.1)  # fractions between which the reaches learn
    reach_learning_rate: float = 0.02
    span_penalty: float = 0.0  # loss a token of mean reach
    heads_off: tuple = ()  # (fraction, heads off from there on)
    encoder_sparsity: float = 0.0
    embedding_sparsity: float = 0.0
    pruning_span: tuple = (0.1, 0.6)
    movement: bool = False  # encoder matrices by movement, else by magnitude
    score_learning_rate: float = 1e-2
    keep_zeros: bool = False  # trains on with the zeros the model has
    quantise: bool = False  # straight-through AdaptivFloat on weights and activations
    tokens: int = 2048
    weight_decay: float = 0.01

    @property
    def depth(self):
        """Layers of the model it makes."""
        return max(self.depths[-1][1])


def learning_rate(stage, step):
    """Factor of the stage's learning rate."""
    warm = max(1, round(stage.warm_up * stage.steps))
    return (step + 1) / warm if step < warm else max(0.0, (stage.steps - step) / max(1, stage.steps - warm))


def adam_w(parts):
    """The optimiser of every stage; `peak` keeps the rate that the schedule scales."""
    for part in parts:
        part["peak"] = part["lr"]
    return torch.optim.AdamW(parts, betas=(0.9, 0.98))


def scale_learning_rate(optimiser, factor):
    for part in optimiser.param_groups:
        part["lr"] = part["peak"] * factor


def seed_step(seed, step):
    torch.manual_seed(seed * 1_000_003 + step)


def depth_at(stage, step, layers):
    choices = next(c for until, c in stage.depths if step < until * stage.steps)
    return min(layers, choices[int(torch.randint(len(choices), ()))])


class Training:
    """A stage under way. `teachers`: (model, layers) each, the same as the stage's."""

    def __init__(self, stage, model: SmallAlbert, sentences, seed, teachers=()):
        self.stage, self.model, self.sentences, self.seed, self.teachers = stage, model, sentences, seed, teachers
        self.step = 0
        self.log = []
        self.pruner = self.make_pruner()
        if self.pruner:
            model.transforms.append(self.pruner)
        if stage.quantise:
            model.transforms.append(adaptivfloat.quantise_weight)
            model.activation = adaptivfloat.quantise_activation
        if stage.start_reach is not None:
            model.span.start(stage.start_reach)
        self.optimiser = self.make_optimiser()
        self.order = data.BatchOrder(sentences, stage.tokens, seed)

    def make_pruner(self):
        s = self.stage
        encoder = SmallAlbert.ENCODER_MATRICES
        if s.keep_zeros:
            return pruning.fixed_masks(self.model, (WORDS, *encoder))
        if not s.encoder_sparsity and not s.embedding_sparsity:
            return None
        targets = {name: s.encoder_sparsity for name in encoder} if s.encoder_sparsity else {}
        if s.embedding_sparsity:
            targets[WORDS] = s.embedding_sparsity
        return pruning.Pruner(self.model, targets, encoder if s.movement and s.encoder_sparsity else ())

    def make_optimiser(self):
        s = self.stage
        by_kind = {"matrix": [], "vector": [], "reach": [], "words": []}
        for name, parameter in self.model.named_parameters():
            kind = {"span.reach": "reach", WORDS: "words"}.get(name, "matrix" if parameter.dim() == 2 else "vector")
            by_kind[kind].append(parameter)
        parts = [
            {"params": by_kind["matrix"], "lr": s.learning_rate, "weight_decay": s.weight_decay},
            {"params": by_kind["vector"], "lr": s.learning_rate, "weight_decay": 0.0},
            {"params": by_kind["reach"], "lr": s.reach_learning_rate, "weight_decay": 0.0},
            {"params": by_kind["words"], "lr": s.learning_rate * s.word_rate, "weight_decay": 0.0},
        ]
        if self.pruner and self.pruner.scores:
            parts.append({"params": list(self.pruner.scores.values()), "lr": s.score_learning_rate, "weight_decay": 0.0})
        return adam_w(parts)

    def take_step(self):
        """One step; returns its loss."""
        s, model = self.stage, self.model
        seed_step(self.seed, self.step)
        fraction = self.step / s.steps
        spans_learn = s.learn_reach[0] <= fraction < s.learn_reach[1]
        factor = learning_rate(s, self.step)
        scale_learning_rate(self.optimiser, factor)
        self.optimiser.param_groups[REACH_GROUP]["lr"] = s.reach_learning_rate if spans_learn else 0.0
        wanted_off = max([count for at, count in s.heads_off if fraction >= at], default=0)
        if wanted_off > int((~model.span.on).sum()):
            model.span.switch_off(wanted_off - int((~model.span.on).sum()))
        if self.pruner and not s.keep_zeros and self.step % PRUNING_UPDATE_STEPS == 0:
            self.pruner.update(self.step, s.pruning_span[0] * s.steps, s.pruning_span[1] * s.steps)
        depth = depth_at(s, self.step, model.geometry.layers)
        ids, lengths, labels = self.sentences.padded(self.order.at(self.step))
        ids = data.drop_words(data.exchange_words(ids, lengths, s.word_exchange), lengths, s.word_drop)
        targets = distillation.targets(labels, model.geometry.classes, self.teachers, ids, lengths, s.alpha).expand(depth, -1, -1)
        logits = model(ids, lengths, depth, s.dropout)
        loss = distillation.exit_loss(logits, targets, distillation.exit_weights(depth))
        total = loss + s.span_penalty * model.span.penalty() if spans_learn and s.span_penalty else loss
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_([p for n, p in model.named_parameters() if n != "span.reach"], 1.0)
        self.optimiser.step()
        if spans_learn:
            model.span.clamp(s.longest_reach)
        self.step += 1
        return float(loss.detach())

    def finish(self):
        """Final masks into the weights; the transforms of this stage go."""
        if self.pruner:
            if not self.stage.keep_zeros:
                self.pruner.update(self.stage.steps, 0, 1)
            self.pruner.bake()
        self.model.transforms.clear()
        self.model.activation = None

    def details(self):
        """What a report adds to step and loss."""
        entry = {}
        if bool(self.model.span.limited):
            entry["reach"] = [round(r, 2) for r in self.model.span.reach.tolist()]
        if self.pruner:
            entry["sparsity"] = {n: round(float((m == 0).float().mean()), 4) for n, m in self.pruner.masks.items()}
        return entry

    def state(self):
        return {
            "step": self.step,
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "pruner": self.pruner.state() if self.pruner else None,
            "log": self.log,
        }

    def load(self, state):
        self.step, self.log = state["step"], state["log"]
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        if self.pruner:
            self.pruner.load(state["pruner"])


def save(path, content):
    """Atomically: a run that is killed leaves the old file or the new one."""
    part = path.with_suffix(".part")
    torch.save(content, part)
    os.replace(part, path)


def run(training, path, resume=True, save_seconds=60.0, report_steps=20):
    """Runs a stage to its end, saving to `path` on the way and going on from there if it exists.

    Prints a line of progress every report_steps steps to stderr. Returns the log: one dictionary a report.
    """
    unfinished = path.with_suffix(".unfinished")
    if resume and unfinished.exists():
        training.load(torch.load(unfinished))
    stage, began, saved, first = training.stage, time.monotonic(), time.monotonic(), training.step
    losses = []
    while training.step < stage.steps:
        losses.append(training.take_step())
        if training.step % report_steps == 0 or training.step == stage.steps:
            entry = {"step": training.step, "loss": sum(losses) / len(losses)} | training.details()
            training.log.append(entry)
            losses = []
            pace = (time.monotonic() - began) / (training.step - first)
            print(
                f"{stage.name}: step {training.step}/{stage.steps}, loss {entry['loss']:.4f}, {pace:.2f} s/step, "
                f"{(stage.steps - training.step) * pace:.0f} s to go, {json.dumps(entry.get('reach', ''))}",
                file=sys.stderr,
                flush=True,
            )
        if time.monotonic() - saved > save_seconds:
            save(unfinished, training.state())
            saved = time.monotonic()
    training.finish()
    save(path, {"model": training.model.state_dict(), "log": training.log})
    unfinished.unlink(missing_ok=True)
    return training.log
