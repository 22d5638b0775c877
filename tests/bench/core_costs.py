# SPDX-License-Identifier: Apache-2.0
"""Speed of the bare core on four loops, and what elementary steps of the platform cost: differences of two host CPU times."""
import json
import statistics

import simulator

LOOPS = ["dhrystone_like", "integer", "memory_copy", "calls"]
QUANTUM = 10000  # core.quantum of configs/edgebert.yaml
ACCESSES_A_ROUND = 16  # platform_request.hpp
INSTRUCTIONS_A_ROUND = 2


def run_loop(build, loop, budget):
    output = simulator.call(build / "core_bench", loop, build / f"bench_{loop}.elf", str(budget))
    report = json.loads(output)
    return report["instructions"] / report["host_cpu_seconds"] / 1e6


def run_work(build, work, rounds, quantum=QUANTUM):
    output = simulator.call(build / "platform_bench", work, build / "bench_platform.elf", str(rounds), str(quantum))
    return json.loads(output)["host_cpu_seconds"]


def loops(build, rounds):
    """@return {loop: MIPS}, medians, the default quantum's cycles at a time"""
    taken = [{loop: run_loop(build, loop, QUANTUM) for loop in LOOPS} for _ in range(rounds)]
    return {loop: statistics.median(each[loop] for each in taken) for loop in LOOPS}


def access_cost(build, kind):
    """Of one access to a register behind the bus, beyond that of the instruction."""
    times = 200000
    seconds = run_work(build, f"register_{kind}", times) - run_work(build, f"memory_{kind}", times)
    return seconds / (times * ACCESSES_A_ROUND)


def interrupt_cost(build):
    """Sleeping in WFI, the timer's event, trap, handler and return; not the accesses to the timer."""
    times = 500000
    return (run_work(build, "interrupts", times) - run_work(build, "no_interrupts", times)) / times


def quantum_cost(build):
    """Of leaving the core and coming back when nothing else is to do."""
    times, short, long = 50_000_000, 100, 1_000_000
    cycles = times * INSTRUCTIONS_A_ROUND
    seconds = run_work(build, "instructions", times, short) - run_work(build, "instructions", times, long)
    return seconds / (cycles / short - cycles / long)


def costs(build, rounds):
    """@return nanoseconds, medians"""
    taken = [{"register_read": access_cost(build, "reads"), "register_write": access_cost(build, "writes"),
              "quantum_restart": quantum_cost(build), "interrupt": interrupt_cost(build)} for _ in range(rounds)]
    return {name: 1e9 * statistics.median(each[name] for each in taken) for name in taken[0]}
