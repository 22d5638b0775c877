# SPDX-License-Identifier: Apache-2.0
"""The command scripts/train/run: stages of a recipe in order, each from the stages before it."""
import argparse
import json
import pathlib

import torch

from . import checkpoint, convolution, data, evaluate, off_ramps, trainer
from .albert import Geometry, SmallAlbert
from .convolution import ConvolutionStage, ConvolutionTraining
from .off_ramps import OffRampStage
from .recipes import RECIPES, Export


class Run:
    """A folder of stages; `seed` decides every random number in it."""

    def __init__(self, folder, seed, geometry=Geometry()):
        self.folder, self.seed, self.geometry = pathlib.Path(folder), seed, geometry
        self.folder.mkdir(parents=True, exist_ok=True)

    def sentences(self):
        """All training sentences: SST-2's phrases, then the film-review sentences; tokenised once a folder."""
        cache = self.folder / "sentences.pt"
        if not cache.exists():
            phrases = data.read_tsv(data.INPUTS / "train.tsv", self.geometry.sequence)
            trainer.save(cache, {"phrases": phrases, "reviews": data.read_reviews(self.geometry.sequence)})
        parts = torch.load(cache)
        return parts["phrases"] + parts["reviews"]

    def model(self, start):
        model = SmallAlbert(self.geometry)
        if start:
            model.load_state_dict(torch.load(self.folder / f"{start}.pt")["model"])
        else:
            with torch.no_grad():
                model.word_embeddings.weight.copy_(data.word_vectors())
        return model

    def text_convolution(self, stage, trained=False):
        model = convolution.TextConvolution(stage, data.word_vectors(), self.geometry)
        if trained:
            model.load_state_dict(torch.load(self.folder / f"{stage.name}.pt")["model"])
        return model

    def training(self, stage, seed):
        torch.manual_seed(seed)
        if isinstance(stage, ConvolutionStage):
            return ConvolutionTraining(stage, self.text_convolution(stage), self.sentences(), seed)
        return trainer.Training(stage, self.model(stage.start), self.sentences(), seed, self.teachers(stage))

    def stage(self, stage):
        path = self.folder / f"{stage.name}.pt"
        if path.exists():
            return
        training = self.training(stage, self.seed * 1000 + stage.salt)
        trainer.run(training, path)
        self.report(stage.name, training.model, stage.depth)

    def off_ramps(self, stage):
        path = self.folder / f"{stage.name}.pt"
        if path.exists():
            return
        model = self.model(stage.start)
        seed = self.seed * 1000 + stage.salt
        log = off_ramps.train(stage, model, self.sentences().every(stage.stride), seed, self.teachers(stage))
        trainer.save(path, {"model": model.state_dict(), "log": log})
        self.report(stage.name, model, self.geometry.layers)

    def teachers(self, stage):
        """(model, layers) each."""

        def trained(teacher):
            is_convolution = isinstance(teacher, ConvolutionStage)
            return self.text_convolution(teacher, trained=True) if is_convolution else self.model(teacher.name)

        return [(trained(teacher), layers) for teacher, layers in stage.teachers]

    def report(self, name, model, depth):
        """Writes OUT/NAME.json: dev accuracy and entropy a layer, early exit at several thresholds."""
        dev = data.read_tsv(data.SMALL / "dev.tsv", self.geometry.sequence)
        answers = evaluate.logits(model, dev, depth)
        result = evaluate.summary(answers, dev.labels)
        result["early_exit"] = [evaluate.early_exit(answers, dev.labels, t / 20) for t in range(1, 14)]
        (self.folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
        print(name, "dev accuracy %", " ".join(f"{a:.2f}" for a in result["accuracy"]), flush=True)
        print(name, "dev entropy  ", " ".join(f"{e:.3f}" for e in result["entropy"]), flush=True)


def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/train/run", description=__doc__)
    parser.add_argument("recipe", choices=sorted(RECIPES))
    parser.add_argument("--out", default="build/train", help="folder of stages and reports (default: build/train)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    run = Run(options.out, options.seed)
    for part in RECIPES[options.recipe]:
        if isinstance(part, OffRampStage):
            run.off_ramps(part)
        elif isinstance(part, Export):
            checkpoint.export(run.model(part.start), run.folder / part.name)
        else:
            run.stage(part)
    return 0
