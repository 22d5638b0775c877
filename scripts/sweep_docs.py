# SPDX-License-Identifier: Apache-2.0
"""sweep_docs.py SWEEPS DOCS: tables, figures in the text and the chart of docs/sweep.md, from finished sweeps of n.

SWEEPS holds a folder of `edgebert-sim sweep` a model; what is between the two marks of DOCS/sweep.md is replaced.
"""
import csv
import json
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

MODELS = {"albert-base": "ALBERT-base, dense, 128 tokens", "small": "the shipped model, 64 tokens"}
LANES, MEMORY = "pu.vmac_lanes", "memory.weight_memory.kind"
MARKS = ("<!-- lanes: written by scripts/make_sweep_docs -->\n", "<!-- lanes: end -->\n")


class Point:
    def __init__(self, folder, row):
        if row["status"] != "done":
            sys.exit(f"sweep_docs.py: a point of '{folder}' is not done: {row['error']}")
        self.lanes, self.memory = int(row[LANES]), row[MEMORY]
        self.cycles, self.milliseconds, self.macs = int(row["cycles"]), 1e3 * float(row["seconds"]), int(row["macs"])
        self.extrapolated = "extrapolated" in row["timing"]
        self.port = int(row["processing_unit.stalled_cycles.port"]) / self.cycles
        points = json.loads((folder / "sweep.json").read_text())["points"]
        place = next(p["folder"] for p in points if str(p["set"][LANES]) == row[LANES] and p["set"][MEMORY] == row[MEMORY])
        operators = json.loads((folder / place / "result.json").read_text())["totals"]["operators"]
        limits = {}
        for operator in operators:
            limits[operator["limited_by"]] = limits.get(operator["limited_by"], 0) + operator["cycles"]
        self.limit, cycles = max(limits.items(), key=lambda item: item[1])
        self.limit_share = cycles / sum(limits.values())
        # Cycles that the bytes of all operators take if nothing else did: each one's are its MACs over its memory bound.
        rate = next(o["bytes"] * o["memory_bound"] / o["macs"] for o in operators if o["macs"] and o["memory_bound"])
        self.memory_milliseconds = sum(o["bytes"] for o in operators) / rate * self.milliseconds / self.cycles

    @property
    def bound_milliseconds(self):
        """All MACs at n x n a cycle."""
        return self.macs / self.lanes**2 * self.milliseconds / self.cycles

    @property
    def compute_bound(self):
        return self.bound_milliseconds > self.memory_milliseconds


def points_of(folder):
    with (folder / "sweep.csv").open(newline="") as file:
        return [Point(folder, row) for row in csv.DictReader(file)]


def table(points):
    lines = ["| n | weight memory | cycles | ms | MAC/cycle | of n x n | MAC bound, ms | memory bound, ms | port stalls | most cycles limited by |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    for p in points:
        rate = p.macs / p.cycles
        lines.append(f"| {p.lanes} | {p.memory} | {p.cycles:,}{'*' if p.extrapolated else ''} | {p.milliseconds:.2f} | {rate:.1f} | {100 * rate / p.lanes**2:.1f} % "
                     f"| {p.bound_milliseconds:.2f} | {p.memory_milliseconds:.2f} | {100 * p.port:.1f} % | {p.limit}, {100 * p.limit_share:.0f} % |")
    return "\n".join(lines) + "\n"


def crossover(points):
    """Checks that latency falls while compute-bound, and says where that ends."""
    text = ""
    for memory in dict.fromkeys(p.memory for p in points):
        line = sorted((p for p in points if p.memory == memory), key=lambda p: p.lanes)
        for less, more in zip(line, line[1:]):
            if less.compute_bound and more.cycles >= less.cycles:
                sys.exit(f"sweep_docs.py: n = {more.lanes} is not faster than n = {less.lanes} with {memory}")
        last = max((p for p in line if p.compute_bound), key=lambda p: p.lanes)
        first = next(p for p in line if p.lanes > last.lanes)
        text += (f"With {memory}, MACs at the peak rate take longer than bytes at the bus's up to n = {last.lanes} "
                 f"({last.bound_milliseconds:.2f} against {last.memory_milliseconds:.2f} ms); at n = {first.lanes} the bytes do "
                 f"({first.bound_milliseconds:.2f} against {first.memory_milliseconds:.2f} ms). From n = {last.lanes} to {line[-1].lanes}, "
                 f"{(line[-1].lanes / last.lanes)**2:.0f} times the multipliers make a sentence {last.milliseconds / line[-1].milliseconds:.2f} times as fast.\n")
    return text


def chart(models, path):
    figure, axes = plt.subplots(1, len(models), figsize=(10, 4.2))
    for axis, (name, points) in zip(axes, models.items()):
        for memory, marker in (("sram", "o"), ("lpddr4", "x")):
            line = [p for p in points if p.memory == memory]
            axis.plot([p.lanes for p in line], [p.milliseconds for p in line], marker=marker, label=f"weight memory: {memory}")
        line = [p for p in points if p.memory == "sram"]
        axis.plot([p.lanes for p in line], [p.bound_milliseconds for p in line], "k--", lw=0.8, label="MACs at n x n a cycle")
        axis.plot([p.lanes for p in line], [p.memory_milliseconds for p in line], "k:", lw=0.8, label="bytes at the bus's rate")
        axis.set(xscale="log", yscale="log", xlabel="n", ylabel="ms a sentence (n = 2 and 64 extrapolated)", title=MODELS[name])
        axis.set_xticks([p.lanes for p in line], [str(p.lanes) for p in line])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    axes[0].legend(fontsize=8)
    figure.tight_layout()
    matplotlib.rcParams["svg.hashsalt"] = "edgebert"  # the same bytes from the same numbers
    figure.savefig(path, metadata={"Date": None})


def main(sweeps, docs):
    models = {name: points_of(sweeps / name) for name in MODELS}
    text = "![latency over n](sweep_lanes.svg)\n"
    for name, points in models.items():
        text += f"\n{MODELS[name][0].upper() + MODELS[name][1:]}:\n\n{table(points)}\n{crossover(points)}"
    page = docs / "sweep.md"
    before, rest = page.read_text().split(MARKS[0])
    page.write_text(before + MARKS[0] + text + MARKS[1] + rest.split(MARKS[1])[1])
    chart(models, docs / "sweep_lanes.svg")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
