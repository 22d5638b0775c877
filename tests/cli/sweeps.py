# SPDX-License-Identifier: Apache-2.0
"""Starts sweeps and reads what they leave, for the tests beside this file."""
import csv
import io
import pathlib
import subprocess
import time

from program import IMAGE, POINTS, SENTENCE, SIM, TINY, ProgramTest, elf

LANES = "pu.vmac_lanes=4,8,16"
# Runs for ever: j .
SPIN = elf([0x0000006F])


class SweepTest(ProgramTest):
    def arguments(self, *arguments, out="out"):
        return ["sweep", TINY, "--model", IMAGE, "--out", out, *arguments]

    def sweep(self, *arguments, out="out", text=SENTENCE, **options):
        return self.sim(*self.arguments("--text", text, *arguments, out=out), **options)

    def start(self, *arguments, out="out"):
        """A sweep that runs on."""
        process = subprocess.Popen([SIM, *self.arguments("--text", SENTENCE, *arguments, out=out)], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def rows(self, out="out"):
        text = (self.folder / out / "sweep.csv").read_text()
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))

    def tables(self, out="out"):
        return [(self.folder / out / name).read_bytes() for name in ("sweep.csv", "sweep.json")]

    def results(self, out="out"):
        """When each result was written, by folder."""
        return {path.parent.name: path.stat().st_mtime_ns for path in (self.folder / out).glob("*/result.json")}

    def wait_for(self, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it did not happen in time")
            time.sleep(0.01)

    def assert_points_fail(self, process, expected, out="out"):
        """The exit code, the one line that says so, and `expected`: status and pattern of the error by row."""
        self.assertEqual(process.returncode, POINTS, process.stderr)
        failed = sum(status != "done" for status, _ in expected)
        self.assertEqual(process.stderr.decode(), f"edgebert-sim: sweep: {failed} of {len(expected)} points failed; "
                                                  f"'{out}/sweep.csv' says why\n")
        for row, (status, error) in zip(self.rows(out), expected, strict=True):
            self.assertEqual(row["status"], status, row["error"])
            self.assertRegex(row["error"], error)
            self.assertIn(row["error"][:20], process.stdout.decode())


def children_of(process):
    """Process ids; none once it has ended."""
    try:
        return [int(pid) for pid in pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except FileNotFoundError:
        return []
