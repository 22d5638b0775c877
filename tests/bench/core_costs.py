# SPDX-License-Identifier: Apache-2.0
"""Speed of the bare core on four loops, and what elementary steps of the platform cost: differences of two host CPU times."""
import json
import statistics

import simulator

LOOPS = ["dhrystone_like", "integer", "memory_copy", "calls"]
QUANTUM = 10000  # core.quantum of configs/edgebert.yaml
ACCESSES_A_ROUND = 16  # platform_request.hpp
INSTRUCTIONS_A_ROUND = 2

# Works of platform_bench: name, rounds, quantum.
READS, MEMORY_READS = ("register_reads", 200_000, QUANTUM), ("memory_reads", 200_000, QUANTUM)
WRITES, MEMORY_WRITES = ("register_writes", 200_000, QUANTUM), ("memory_writes", 200_000, QUANTUM)
INTERRUPTS, NO_INTERRUPTS = ("interrupts", 1_000_000, QUANTUM), ("no_interrupts", 1_000_000, QUANTUM)
SHORT_QUANTA, LONG_QUANTA = ("instructions", 50_000_000, 100), ("instructions", 50_000_000, 1_000_000)
WORKS = [READS, MEMORY_READS, WRITES, MEMORY_WRITES, INTERRUPTS, NO_INTERRUPTS, SHORT_QUANTA, LONG_QUANTA]


def run_loop(build, loop, budget):
    output = simulator.call(build / "core_bench", loop, build / f"bench_{loop}.elf", str(budget))
    report = json.loads(output)
    return report["instructions"] / report["host_cpu_seconds"] / 1e6


def run_work(build, work, rounds, quantum):
    output = simulator.call(build / "platform_bench", work, build / "bench_platform.elf", str(rounds), str(quantum))
    return json.loads(output)["host_cpu_seconds"]


def loops(build, rounds):
    """@return {loop: MIPS}, medians, the default quantum's cycles at a time"""
    taken = [{loop: run_loop(build, loop, QUANTUM) for loop in LOOPS} for _ in range(rounds)]
    return {loop: statistics.median(each[loop] for each in taken) for loop in LOOPS}


def costs(build, rounds):
    """From the shortest time of each work: a disturbance only adds.

    @return nanoseconds of one register_read and register_write: the bus access beyond its instruction; interrupt: sleep in
    WFI, the timer's event, trap, handler and return, without the accesses to the timer; quantum_restart: leaving the core and
    coming back when nothing else is to do
    """
    taken = [{work: run_work(build, *work) for work in WORKS} for _ in range(rounds)]
    least = {work: min(each[work] for each in taken) for work in WORKS}

    def difference(more, less, times):
        return 1e9 * (least[more] - least[less]) / times

    accesses = READS[1] * ACCESSES_A_ROUND
    cycles = SHORT_QUANTA[1] * INSTRUCTIONS_A_ROUND
    return {"register_read": difference(READS, MEMORY_READS, accesses),
            "register_write": difference(WRITES, MEMORY_WRITES, accesses),
            "quantum_restart": difference(SHORT_QUANTA, LONG_QUANTA, cycles / SHORT_QUANTA[2] - cycles / LONG_QUANTA[2]),
            "interrupt": difference(INTERRUPTS, NO_INTERRUPTS, INTERRUPTS[1])}
