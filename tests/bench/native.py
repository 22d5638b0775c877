# SPDX-License-Identifier: Apache-2.0
"""What the host does natively: the PyTorch forward and the OpenBLAS products, each with the settings that are fastest here."""
import os
import pathlib
import statistics
import subprocess
import sys

from worker import Worker, WorkerFailed

HERE = pathlib.Path(__file__).resolve().parent
SETTINGS = ["OPENBLAS_CORETYPE", "ATEN_CPU_CAPABILITY"]  # environment variables that choose kernels
CORE_TYPES = ["Haswell", "SkylakeX", "Cooperlake", "Zen"]


class Missing(Exception):
    """Something to compare with is not installed; one line that says what to install."""


def python_with(module):
    """A Python interpreter that has the module; Debian's, if this is another one that has not."""
    for interpreter in dict.fromkeys([sys.executable, "/usr/bin/python3"]):
        found = subprocess.run([interpreter, "-c", f"import {module}"], capture_output=True, check=False)
        if found.returncode == 0:
            return interpreter
    raise Missing(f"python3-{module} is not installed: scripts/install-packages --bench")


def environment_of(settings):
    """This environment on one thread, with the settings in place of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return {**environment, **settings, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def own_settings():
    return {name: os.environ[name] for name in SETTINGS if name in os.environ}


def core_type_settings(quick):
    """OPENBLAS_CORETYPE as the environment has it, unset, and each that may suit."""
    own = own_settings()
    candidates = [own, {}] + [{"OPENBLAS_CORETYPE": core} for core in (CORE_TYPES[:1] if quick else CORE_TYPES)]
    return [settings for index, settings in enumerate(candidates) if settings not in candidates[:index]]


def name_of(settings):
    name = ", ".join(f"{name}={value}" for name, value in settings.items()) or "no OPENBLAS_CORETYPE"
    return name + (" (as the environment has it)" if settings == own_settings() else "")


class Candidate:
    """One program with one choice of settings, loaded and warm."""

    def __init__(self, command, name, settings):
        self.name = name
        self.worker = Worker(command, environment_of(settings))
        self.worker.measure(1)

    def measure(self, repetitions):
        """@return {"wall", "cpu"}: medians in seconds"""
        seconds = self.worker.measure(repetitions)
        return {clock: statistics.median(each[clock] for each in seconds) for clock in ("wall", "cpu")}


def fastest(choices, repetitions):
    """Tries each (command, name, settings), three times over, and keeps the one that took the least CPU time.

    @return the Candidate, and {name: CPU seconds} of all that run on this processor
    """
    candidates = []
    last_failure = None
    for command, name, settings in choices:
        try:
            candidates.append(Candidate(command, name, settings))
        except WorkerFailed as error:
            last_failure = error
    if not candidates:
        raise Missing(f"{choices[0][0][1].name} does not run: {last_failure}")
    rounds = [[candidate.measure(repetitions)["cpu"] for candidate in candidates] for _ in range(3)]
    seconds = [statistics.median(of_candidate) for of_candidate in zip(*rounds)]
    best = candidates[seconds.index(min(seconds))]
    for candidate in candidates:
        if candidate is not best:
            candidate.worker.close()
    return best, {candidate.name: each for candidate, each in zip(candidates, seconds)}


def torch_forward(quick):
    program = [python_with("torch"), HERE / "torch_forward.py"]
    choices = [([*program, "eager"], f"eager, {name_of(settings)}", settings) for settings in core_type_settings(quick)]
    choices += [([*program, engine], f"{engine}, {name_of({})}", {}) for engine in ("frozen", "onednn")]
    if not quick:
        wide = {"ATEN_CPU_CAPABILITY": "avx512"}
        choices += [([*program, engine], f"{engine}, {name_of(wide)}", wide) for engine in ("eager", "frozen")]
    best, tried = fastest(choices, 3)
    blas = best.worker.description["blas"]
    if "openblas" not in blas:
        best.worker.close()
        raise Missing(f"PyTorch uses {blas or 'no BLAS library'} instead of OpenBLAS: scripts/install-packages --bench")
    return best, tried


def openblas_products(quick):
    program = [python_with("numpy"), HERE / "openblas_products.py"]
    return fastest([(program, name_of(settings), settings) for settings in core_type_settings(quick)], 3)
