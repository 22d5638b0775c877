# SPDX-License-Identifier: Apache-2.0
"""A full-depth ALBERT-base sentence on the simulator against the host's own arithmetic, taking turns.

Each round runs PyTorch, the OpenBLAS products, a process with one sentence and a process with several; ratios are of medians,
their range is that of the single rounds.
"""
import statistics

import simulator

SENTENCES = 4  # of the process that also shows sentences after the first
REPETITIONS = 3  # of PyTorch and of OpenBLAS, a round


def median(rounds, program, what):
    return statistics.median(each[program][what] for each in rounds)


def against(rounds, ours, theirs):
    """@param ours, theirs  (program, what) of a round
    @return {"ratio": of medians, "lowest", "highest": of single rounds}"""
    ratios = [each[ours[0]][ours[1]] / each[theirs[0]][theirs[1]] for each in rounds]
    return {"ratio": median(rounds, *ours) / median(rounds, *theirs), "lowest": min(ratios), "highest": max(ratios)}


def one_round(program, image, native):
    seconds = {name: candidate.measure(REPETITIONS) for name, candidate in native.items()}
    return {**seconds, "one": simulator.full_size_run(program, image, 1),
            "several": simulator.full_size_run(program, image, SENTENCES)}


def measure(program, image, native, rounds):
    """@param native  {"torch": Candidate, "openblas": Candidate}, or fewer if one is missing"""
    taken = [one_round(program, image, native) for _ in range(rounds)]
    first = median(taken, "one", "first")
    result = {
        "wall_seconds": first,
        "later_wall_seconds": median(taken, "several", "later"),
        "process_wall_seconds": median(taken, "one", "process"),
        "process_cpu_seconds": median(taken, "one", "process_cpu"),
        "simulated_cycles": taken[0]["one"]["cycles"],
        "simulated_cycles_per_second": taken[0]["one"]["cycles"] / first,
        "peak_memory_mib": max(each["several"]["memory_mib"] for each in taken),
        "rounds": rounds,
    }
    for name, key in [("torch", "torch_fp32"), ("openblas", "openblas_sgemm")]:
        if name not in native:
            continue
        result[f"{key}_seconds"] = median(taken, name, "wall")
        result[f"{key}_cpu_seconds"] = median(taken, name, "cpu")
        result[f"ratio_to_{key}"] = result["wall_seconds"] / result[f"{key}_seconds"]
        result[f"against_{key}"] = {
            "first": against(taken, ("one", "first"), (name, "wall")),
            "later": against(taken, ("several", "later"), (name, "wall")),
            "process": against(taken, ("one", "process"), (name, "wall")),
            "process_cpu": against(taken, ("one", "process_cpu"), (name, "cpu")),
        }
    return result
