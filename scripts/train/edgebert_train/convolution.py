# SPDX-License-Identifier: Apache-2.0
"""A teacher of another kind: Kim's convolutional sentence classifier (EMNLP 2014) on the word vectors the ALBERT starts from.

It sees word order over a few words only and pools the rest away; without pretraining that generalises better than attention
does, so the transformers learn from it. It never becomes an image: there is no such unit on the platform.
"""
import dataclasses

import torch
from torch import nn
from torch.nn import functional

from . import data, trainer


@dataclasses.dataclass(frozen=True)
class ConvolutionStage:
    name: str
    steps: int
    salt: int = 0  # added to the run's seed
    widths: tuple = (1, 2, 3, 4, 5)  # words a filter sees
    filters: int = 100  # of each width
    learning_rate: float = 1e-3
    word_rate: float = 0.3  # the word vectors' share of it
    warm_up: float = 0.03  # then linear to 0
    input_dropout: float = 0.3
    feature_dropout: float = 0.5
    word_drop: float = 0.1
    tokens: int = 2048
    weight_decay: float = 0.01
    depth: int = 1  # as trainer.Stage has it


class TextConvolution(nn.Module):
    """logits = classifier(max over the positions of relu(filters · words))"""

    def __init__(self, stage, vectors, geometry):
        super().__init__()
        self.geometry = geometry
        self.words = nn.Embedding.from_pretrained(vectors, freeze=False)
        self.register_buffer("scale", 1 / vectors.std())  # inputs of deviation 1
        self.filters = nn.ModuleList(nn.Conv1d(vectors.shape[1], stage.filters, w, padding=w // 2) for w in stage.widths)
        self.classifier = nn.Linear(stage.filters * len(stage.widths), geometry.classes)

    def forward(self, ids, lengths, depth=1, input_dropout=0.0, feature_dropout=0.0):
        """Logits [1, sentences, classes], so that evaluate.logits takes this as it takes an ALBERT of one layer (`depth`)."""
        inside = (torch.arange(ids.shape[1]) < lengths[:, None]).float()
        x = functional.dropout(self.words(ids) * self.scale, input_dropout) * inside[..., None]
        x = x.transpose(1, 2)
        found = [(functional.relu(f(x))[..., : ids.shape[1]] * inside[:, None]).amax(-1) for f in self.filters]
        return self.classifier(functional.dropout(torch.cat(found, -1), feature_dropout))[None]


class ConvolutionTraining:
    """A stage under way, as trainer.run needs it; it learns the labels."""

    def __init__(self, stage, model, sentences, seed):
        self.stage, self.model, self.sentences, self.seed = stage, model, sentences, seed
        self.step, self.log = 0, []
        self.order = data.BatchOrder(sentences, stage.tokens, seed)
        words = [model.words.weight]
        others = [p for p in model.parameters() if p is not model.words.weight]
        self.optimiser = trainer.adam_w([
            {"params": others, "lr": stage.learning_rate, "weight_decay": stage.weight_decay},
            {"params": words, "lr": stage.learning_rate * stage.word_rate, "weight_decay": 0.0},
        ])  # fmt: skip

    def take_step(self):
        """One step; returns its loss."""
        s = self.stage
        trainer.seed_step(self.seed, self.step)
        trainer.scale_learning_rate(self.optimiser, trainer.learning_rate(s, self.step))
        ids, lengths, labels = self.sentences.padded(self.order.at(self.step))
        ids = data.drop_words(ids, lengths, s.word_drop)
        logits = self.model(ids, lengths, 1, s.input_dropout, s.feature_dropout)
        loss = functional.cross_entropy(logits[0], labels)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        return float(loss.detach())

    def finish(self):
        pass

    def details(self):
        return {}

    def state(self):
        return {"step": self.step, "model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(), "log": self.log}

    def load(self, state):
        self.step, self.log = state["step"], state["log"]
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
