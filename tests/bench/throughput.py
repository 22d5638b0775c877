#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""throughput.py BUILD_DIR: how fast the platform simulates the dev set, how fast the core runs; prints a Markdown table.

Wall times on a shared machine vary: quote ratios taken in one run.
"""
import json
import pathlib
import platform
import re
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DATA = SOURCE / "checkpoints" / "sst2-small" / "dev.tsv"


def run(program, *options):
    output = subprocess.run([program, "run", SOURCE / "configs" / "edgebert.yaml", "--dataset", DATA, "--json", "-", *options],
                            capture_output=True, check=True).stdout
    return json.loads(output)


def processor():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return model.group(1) if model else platform.processor()


def main():
    build = pathlib.Path(sys.argv[1])
    print(f"{processor()}, one thread of the simulator; edgebert.yaml, {DATA.name}\n")
    print("| run | sentences/s | simulated cycles/s | MAC/s | core instructions/s | peak memory |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, options in [("early exit at 0.3", []), ("all twelve layers", ["--set", "exit.threshold=0"])]:
        report = run(build / "edgebert-sim", *options)
        totals, host = report["totals"], report["host"]
        seconds = host["wall_seconds"]
        print(f"| {name} | {totals['sentences'] / seconds:.1f} | {totals['cycles'] / seconds / 1e6:.0f} M | "
              f"{totals['macs'] / seconds / 1e9:.2f} G | {totals['instructions'] / seconds / 1e6:.1f} M | {host['peak_memory_mib']:.0f} MiB |")
    print()
    subprocess.run([build / "dhrystone_like_bench", build / "dhrystone_like_guest.elf"], check=True)


if __name__ == "__main__":
    main()
