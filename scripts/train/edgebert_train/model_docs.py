# SPDX-License-Identifier: Apache-2.0
"""The command scripts/train/ablation: measures the variants and writes the tables and plots of docs/model.md."""
import argparse
import json
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

from . import ablation, data  # noqa: E402
from .recipes import PRUNING_LEVELS  # noqa: E402

STEPS = {
    "sst2-full": "baseline: twelve layers, all keys",
    "sst2-spans-dense": "+ spans, 6 heads off",
    "sst2-spans-pruned": "+ pruning, 50 % encoder, 60 % words",
    "sst2-spans": "+ AdaptivFloat in training, own off-ramps: all",
}
METHODS = ("magnitude", "movement")
MARKS = ("<!-- ablation: written by scripts/train/ablation -->\n", "<!-- ablation: end -->\n")


def spans_of(result):
    if result["reach"] is None:
        return "all keys"
    on = [r for r in result["reach"] if r > 0]
    return f"{len(result['reach']) - len(on)} off, mean {sum(on) / len(on):.1f}" if on else "all off"


def steps_table(results):
    lines = [
        "| step | float32 % | 8-bit % | encoder zeros | word zeros | heads, reach | image, bytes | MACs | cycles | µJ |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, title in STEPS.items():
        r = results[name]
        w, s = r["whole"], r["sparsity"]
        lines.append(
            f"| {title} | {r['fp32']['accuracy'][-1]:.2f} | {r['eight_bit']['accuracy']:.2f} "
            f"| {100 * s['encoder']:.1f} % | {100 * s['words']:.1f} % "
            f"| {spans_of(r)} | {r['image_bytes']:,} | {w['macs']:,.0f} | {w['cycles']:,.0f} | {1e6 * w['joules']:.0f} |"
        )
    return "\n".join(lines) + "\n"


def exits_table(results):
    lines = [
        "| step | points lost | threshold | float32 % | average exit layer | cycles | µJ | sentences leaving behind layers 1 … 12 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, title in STEPS.items():
        for points, e in results[name]["exits"].items():
            p = e["platform"]
            lines.append(
                f"| {title} | ≤ {points} | {e['threshold']:.2f} | {e['accuracy']:.2f} | {e['layer']:.2f} | {p['cycles']:,.0f} "
                f"| {1e6 * p['joules']:.0f} | {' '.join(map(str, e['histogram']))} |"
            )
    return "\n".join(lines) + "\n"


def layers_table(results):
    lines = ["| step | | " + " | ".join(map(str, range(1, 13))) + " |", "|---|---|" + "---|" * 12]
    for name, title in STEPS.items():
        r = results[name]["fp32"]
        lines.append(f"| {title} | accuracy % | " + " | ".join(f"{a:.1f}" for a in r["accuracy"]) + " |")
        lines.append("| | entropy | " + " | ".join(f"{e:.3f}" for e in r["entropy"]) + " |")
    return "\n".join(lines) + "\n"


def pruning_table(results):
    lines = [
        "| encoder zeros | method | float32 % | entropy, last layer | average exit layer, ≤ 1 point | image, bytes | cycles | µJ |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for level in PRUNING_LEVELS:
        for method in METHODS:
            r = results[f"{method}-{level}"]
            lines.append(
                f"| {100 * r['sparsity']['encoder']:.1f} % | {method} "
                f"| {r['fp32']['accuracy'][-1]:.2f} | {r['fp32']['entropy'][-1]:.3f} "
                f"| {r['exits']['1']['layer']:.2f} | {r['image_bytes']:,} | {r['whole']['cycles']:,.0f} | {1e6 * r['whole']['joules']:.0f} |"
            )
    return "\n".join(lines) + "\n"


def not_monotone(results):
    """Sentences about what should fall from step to step, or from level to level, and does not."""
    found = []

    def falls(what, unit, digits, rows):
        for (before, a), (after, b) in zip(rows, rows[1:]):
            if round(b, digits) > round(a, digits):
                found.append(f"- {what}: {b:,.{digits}f}{unit} ({after}) after {a:,.{digits}f}{unit} ({before}).")

    steps = list(STEPS)
    falls("Image", " bytes", 0, [(n, results[n]["image_bytes"]) for n in steps])
    falls("Cycles of all layers", "", 0, [(n, results[n]["whole"]["cycles"]) for n in steps])
    falls("Energy of all layers", " µJ", 0, [(n, 1e6 * results[n]["whole"]["joules"]) for n in steps])
    falls("Float32 accuracy", " %", 2, [(n, results[n]["fp32"]["accuracy"][-1]) for n in steps])
    falls("8-bit accuracy", " %", 2, [(n, results[n]["eight_bit"]["accuracy"]) for n in steps])
    for points in map(str, ablation.LOSSES):
        rows = [(n, results[n]["exits"][points]) for n in steps]
        falls(f"Average exit layer at <= {points} points", "", 2, [(n, e["layer"]) for n, e in rows])
        falls(f"Energy at <= {points} points", " µJ", 0, [(n, 1e6 * e["platform"]["joules"]) for n, e in rows])
    for method in METHODS:
        names = [f"{method}-{level}" for level in PRUNING_LEVELS]
        falls("Accuracy", " %", 2, [(n, results[n]["fp32"]["accuracy"][-1]) for n in names])
        falls("Image", " bytes", 0, [(n, results[n]["image_bytes"]) for n in names])
        falls("Cycles", "", 0, [(n, results[n]["whole"]["cycles"]) for n in names])
        falls("Energy", " µJ", 0, [(n, 1e6 * results[n]["whole"]["joules"]) for n in names])
    for name in steps:
        entropies = results[name]["fp32"]["entropy"]
        falls(f"Mean entropy of {name}", " nats", 3, [(f"layer {i + 1}", e) for i, e in enumerate(entropies)])
    return "\n".join(found) + "\n" if found else "Nothing: everything that should fall does.\n"


def plots(results, folder):
    matplotlib.rcParams["svg.hashsalt"] = "edgebert"  # the same bytes from the same numbers
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 4))
    layers = range(1, 13)
    for name, title in STEPS.items():
        left.plot(layers, results[name]["fp32"]["entropy"], marker=".", label=title)
        middle.plot(layers, results[name]["fp32"]["accuracy"], marker=".")
    left.set(xlabel="layer", ylabel="mean entropy, nats", title="entropy by depth")
    left.legend(fontsize=7)
    middle.set(xlabel="layer", ylabel="float32 accuracy, %", title="accuracy by depth")
    last = results["sst2-spans"]["exits"]["1"]
    right.bar(layers, last["histogram"])
    right.set(xlabel="exit layer", ylabel="dev sentences", title=f"exits of sst2-spans at {last['threshold']:.2f} nats")
    save(figure, folder / "model_depth.svg")
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    for method in METHODS:
        rows = [results[f"{method}-{level}"] for level in PRUNING_LEVELS]
        left.plot(PRUNING_LEVELS, [r["fp32"]["accuracy"][-1] for r in rows], marker="o", label=method)
        right.plot(PRUNING_LEVELS, [1e6 * r["whole"]["joules"] for r in rows], marker="o", label=method)
    left.set(xlabel="zeros in the encoder, %", ylabel="float32 accuracy, %")
    right.set(xlabel="zeros in the encoder, %", ylabel="µJ a sentence, all layers")
    left.legend()
    save(figure, folder / "model_pruning.svg")


def save(figure, path):
    for axis in figure.axes:
        axis.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def write(results, docs):
    text = "\n### Steps\n\n" + steps_table(results)
    text += "\n### Early exit\n\n" + exits_table(results)
    text += "\n### Layer by layer\n\n![entropy, accuracy and exits by depth](model_depth.svg)\n\n" + layers_table(results)
    test = " ".join(f"{a:.1f}" for a in results["test"])
    text += f"\nThe shipped model on the 1,821 test sentences, layers 1 … 12, float32 %: {test}.\n"
    text += "\n### Pruning\n\n![accuracy and energy over sparsity](model_pruning.svg)\n\n" + pruning_table(results)
    text += "\n### Not monotone where it should be\n\n" + not_monotone(results)
    page = docs / "model.md"
    before, rest = page.read_text().split(MARKS[0])
    page.write_text(before + MARKS[0] + text + "\n" + MARKS[1] + rest.split(MARKS[1])[1])
    plots(results, docs)


def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/train/ablation", description=__doc__)
    parser.add_argument("--out", default="build/train", type=pathlib.Path, help="what scripts/train/run left (default: build/train)")
    parser.add_argument("--program", default=data.ROOT / "build/release/edgebert-sim", type=pathlib.Path)
    options = parser.parse_args(arguments)
    work = options.out / "ablation"
    work.mkdir(exist_ok=True)
    results = {}
    for name in [*STEPS, *(f"{method}-{level}" for level in PRUNING_LEVELS for method in METHODS)]:
        stored = work / f"{name}.result"
        if not stored.exists():
            print(f"ablation: {name}", file=sys.stderr, flush=True)
            stored.write_text(json.dumps(ablation.measure(options.out / name, options.program, work, name in STEPS), indent=1))
        results[name] = json.loads(stored.read_text())
    results["test"] = ablation.test_accuracy(options.out / "sst2-spans")
    write(results, data.ROOT / "docs")
    return 0
