# SPDX-License-Identifier: Apache-2.0
"""Runs edgebert-sim: the models to measure with, and what one process took."""
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CONFIG = SOURCE / "configs" / "edgebert.yaml"
DEV_SET = SOURCE / "checkpoints" / "sst2-small" / "dev.tsv"

DENSE = []
# The attention spans quoted for SST-2 from the paper's table 1, not verified: seven of twelve heads are off.
SPARSE = ["--encoder-sparsity", "0.5", "--spans", "31,0,0,0,0,101,14,5,0,36,0,0", "--span-form", "in_span"]

TEXT = "the film holds your attention from the first minute to the last , and then it lets you go . " * 12


class ProgramFailed(Exception):
    """edgebert-sim ended with an error; its one line."""


def call(program, *arguments):
    """@return standard output"""
    process = subprocess.run([program, *arguments], capture_output=True, check=False)
    if process.returncode != 0:
        raise ProgramFailed(process.stderr.decode().strip().split("\n")[-1])
    return process.stdout


def albert_base(program, name, options):
    """The image of a random ALBERT-base, made when the program is newer than it.

    @param options  of `edgebert-sim generate`
    """
    image = program.parent / "bench" / f"albert-base-{name}.image"
    if image.exists() and image.stat().st_mtime > program.stat().st_mtime:
        return image
    image.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="edgebert-bench-") as folder:
        call(program, "generate", "-o", folder, *options)
        call(program, "compile", "--checkpoint", folder, "-o", image, "--embedding-sparsity", "0.6")
    return image


def run(program, *options):
    """One process of `edgebert-sim run` with all layers of every sentence.

    @return its JSON report, whose `host` also has `process_seconds` and `process_cpu_seconds`: of the whole command
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        command = [str(word) for word in (program, "run", CONFIG, "--json", "-", *options)]
        start = time.perf_counter()
        pid = os.posix_spawn(program, command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), 1),
                                                                         (os.POSIX_SPAWN_DUP2, errors.fileno(), 2)])
        _, status, usage = os.wait4(pid, 0)
        seconds = time.perf_counter() - start
        if status != 0:
            errors.seek(0)
            raise ProgramFailed(errors.read().decode().strip().split("\n")[-1])
        output.seek(0)
        report = json.load(output)
    report["host"]["process_seconds"] = seconds
    report["host"]["process_cpu_seconds"] = usage.ru_utime + usage.ru_stime
    return report


def full_size_run(program, image, sentences):
    """Sentences of 128 tokens through all twelve layers of an ALBERT-base.

    @return {"first", "later" (median; None of one sentence), "process", "process_cpu": seconds, "cycles", "memory_mib"}
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write((TEXT + "\n") * sentences)
        file.flush()
        report = run(program, "--model", image, "--file", file.name, "--set", "exit.threshold=0", "--set", "sequence.pad=full",
                     "--set", "timing.preset=overlapped", "--set", "pu.vmac_lanes=16")
    first = report["sentences"][0]
    if (first["tokens"], first["exit_layer"]) != (128, 12):
        raise ProgramFailed(f"{image.name}: {first['tokens']} tokens and {first['exit_layer']} layers instead of 128 and 12")
    seconds, host = report["host"]["sentence_seconds"], report["host"]
    return {"first": seconds[0], "later": statistics.median(seconds[1:]) if sentences > 1 else None,
            "process": host["process_seconds"], "process_cpu": host["process_cpu_seconds"], "cycles": first["cycles"],
            "memory_mib": host["peak_memory_mib"]}


def small_model(program, quick):
    """The shipped model over the dev set: sentences a second, the run's start-up included."""
    limit = ["--limit", "50"] if quick else []
    rates = {}
    for name, threshold in [("early_exit", "0.3"), ("all_layers", "0")]:
        report = run(program, "--dataset", DEV_SET, "--set", f"exit.threshold={threshold}", *limit)
        totals, seconds = report["totals"], report["host"]["wall_seconds"]
        rates[name] = {"exit_threshold": float(threshold), "sentences": totals["sentences"],
                       "average_exit_layer": totals["average_exit_layer"], "wall_seconds": seconds,
                       "sentences_per_second": totals["sentences"] / seconds,
                       "simulated_cycles_per_second": totals["cycles"] / seconds,
                       "peak_memory_mib": report["host"]["peak_memory_mib"]}
    return rates
