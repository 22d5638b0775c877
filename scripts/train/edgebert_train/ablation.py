# SPDX-License-Identifier: Apache-2.0
"""What each step of the recipe does: float32 answers from PyTorch, 8-bit answers, cycles and joules from edgebert-sim.

A variant is an exported checkpoint folder. It is compiled, and run on one dev sentence in STRIDE without early exit and at the
largest thresholds that lose at most 1 and 5 points against the variant's own last layer (chosen on the float32 answers).
"""
import json
import pathlib
import subprocess

import torch

from . import checkpoint, data, evaluate
from .albert import Geometry, SmallAlbert

STRIDE = 4
LOSSES = (1, 5)  # points
THRESHOLDS = [t / 100 for t in range(1, 70)]


class Simulator:
    """edgebert-sim on one checkpoint folder; files go to `work`."""

    def __init__(self, program, checkpoint_folder, work):
        self.program, self.image = program, work / f"{checkpoint_folder.name}.image"
        self.work, self.name = work, checkpoint_folder.name
        self.report = self.call("compile", "--checkpoint", checkpoint_folder, "-o", self.image)

    def call(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"edgebert-sim {arguments[0]} on {self.name}: {done.stderr.strip()}")
        return done.stdout

    def run(self, tsv, threshold, *options):
        """The `totals` of a run; the embedding lies in DRAM, which holds it unpruned too."""
        file = self.work / f"{self.name}-{threshold}.json"
        self.call(
            "run", data.ROOT / "configs/edgebert.yaml", "--model", self.image, "--dataset", tsv, "--set", f"exit.threshold={threshold}",
            "--set", "embedding.store=dram", "--json", file, *options,
        )  # fmt: skip
        return json.loads(file.read_text())["totals"]


def sample_of_dev(work):
    lines = (data.SMALL / "dev.tsv").read_text(encoding="utf-8").splitlines()
    path = work / f"dev-1-in-{STRIDE}.tsv"
    path.write_text("\n".join([lines[0], *lines[1::STRIDE]]) + "\n", encoding="utf-8")
    return path


def threshold_for(answers, labels, points):
    """The largest threshold of THRESHOLDS whose early exits lose at most `points` against the last layer, and what it gives."""
    last = evaluate.early_exit(answers, labels, 0.0)
    best = last
    for threshold in THRESHOLDS:
        exits = evaluate.early_exit(answers, labels, threshold)
        if exits["accuracy"] >= last["accuracy"] - points:
            best = exits
    return best


def sparsity(model):
    parameters = dict(model.named_parameters())
    encoder = [parameters[name] for name in SmallAlbert.ENCODER_MATRICES]
    zeros, size = sum(int((p == 0).sum()) for p in encoder), sum(p.numel() for p in encoder)
    words = parameters["word_embeddings.weight"]
    return {"encoder": zeros / size, "words": int((words == 0).sum()) / words.numel()}


def of_run(totals):
    count = totals["sentences"]
    return {
        "accuracy": 100 * totals["accuracy"],
        "layer": totals["average_exit_layer"],
        "cycles": totals["cycles"] / count,
        "joules": totals["energy_joules"] / count,
        "macs": totals["macs"] / count,
    }


def measure(folder, program, work, whole_dev):
    """Everything the tables need of one checkpoint folder; whole_dev: the 8-bit accuracy on all dev sentences too."""
    geometry = Geometry()
    torch.manual_seed(0)
    model = SmallAlbert(geometry)
    checkpoint.load(model, folder)
    dev = data.read_tsv(data.SMALL / "dev.tsv", geometry.sequence)
    answers = evaluate.logits(model, dev)
    simulator = Simulator(program, folder, work)
    sample = sample_of_dev(work)
    result = {
        "fp32": evaluate.summary(answers, dev.labels),
        "reach": model.span.reach.tolist() if bool(model.span.limited) else None,
        "sparsity": sparsity(model),
        "float_bytes": 4 * sum(p.numel() for p in model.parameters()),
        "image_bytes": simulator.image.stat().st_size,
        "whole": of_run(simulator.run(sample, 0)),
        "exits": {},
    }
    if whole_dev:
        result["eight_bit"] = of_run(simulator.run(data.SMALL / "dev.tsv", 0))
    for points in LOSSES:
        exits = threshold_for(answers, dev.labels, points)
        result["exits"][str(points)] = exits | {"platform": of_run(simulator.run(sample, exits["threshold"]))}
    return result


def test_accuracy(folder):
    """Accuracy (%) a layer on the test sentences, which nothing else reads."""
    model = SmallAlbert(Geometry())
    checkpoint.load(model, pathlib.Path(folder))
    test = data.read_tsv(data.INPUTS / "test_labeled.tsv", Geometry().sequence)
    return evaluate.summary(evaluate.logits(model, test), test.labels)["accuracy"]
