# SPDX-License-Identifier: Apache-2.0
"""Sweeps as Slurm job arrays, against a real Slurm of one node."""
import json
import os
import signal
import unittest
import unittest.mock

from program import INTERRUPTED, POINTS
from slurm import Slurm, Unavailable
from sweeps import LANES, SPIN, SweepTest

MANY = ["--set", "pu.vmac_lanes=4,8,16,32", "--set", "exit.threshold=0"]


class SlurmSweeps(SweepTest):
    @classmethod
    def setUpClass(cls):
        try:
            cls.slurm = Slurm()
        except Unavailable as reason:
            raise unittest.SkipTest(f"Slurm cannot be started here: {reason}")
        cls.addClassCleanup(cls.slurm.stop)

    def setUp(self):
        super().setUp()
        environment = unittest.mock.patch.dict(os.environ, self.slurm.environment)
        environment.start()
        self.addCleanup(environment.stop)
        self.addCleanup(self.slurm.ask, "scancel", "--quiet", "--partition=all")

    def jobs(self):
        return self.slurm.ask("squeue", "--noheader", "--format=%i").split()

    def slurm_sweep(self, *arguments, **options):
        return self.sweep(*arguments, "--launcher", "slurm", **options)

    def test_the_same_bytes_as_on_this_machine(self):
        local = self.sweep("--set", LANES + ",12", out="local")
        slurm = self.slurm_sweep("--set", LANES + ",12", out="slurm")
        self.assertEqual((local.returncode, slurm.returncode), (POINTS, POINTS), slurm.stderr)
        self.assertEqual(slurm.stdout, local.stdout)
        self.assertEqual(self.tables("slurm"), self.tables("local"))
        for path in (self.folder / "local").glob("*/*"):
            other = self.folder / "slurm" / path.relative_to(self.folder / "local")
            if path.name == "result.json":
                one, two = json.loads(path.read_text()), json.loads(other.read_text())
                del one["host"], two["host"]
                self.assertEqual(one, two)
            elif path.name != "log":  # it has the wall time
                self.assertEqual(other.read_bytes(), path.read_bytes(), path)
        names = {path.name for path in (self.folder / "slurm").glob("*/*")}
        self.assertEqual(names, {"config.yaml", "point.json", "log", "result.json"})
        self.assertFalse((self.folder / "slurm" / "sweep.sbatch").exists())

    def test_points_that_fail(self):
        self.write("spin.elf", SPIN)
        arguments = ["--set", f"firmware=edgebert-firmware.elf,{self.folder}/spin.elf,none.elf", "--set",
                     "limits.simulated_time=1000000,1 us", "--timeout", "10"]
        local, slurm = self.sweep(*arguments, out="local"), self.slurm_sweep(*arguments, out="slurm")
        self.assertEqual((local.returncode, slurm.returncode), (POINTS, POINTS), slurm.stderr)
        self.assertEqual([row["status"] for row in self.rows("slurm")],
                         ["done", "timeout", "timeout", "timeout", "firmware", "firmware"])
        self.assertEqual(self.tables("slurm"), self.tables("local"))

    def test_begun_on_slurm_killed_and_finished_here(self):
        self.assert_succeeds(self.sweep(*MANY, out="whole"))
        process = self.start(*MANY, "--launcher", "slurm", "--jobs", "1")
        self.wait_for(lambda: len(self.results()) >= 1)
        process.kill()
        process.wait()
        before = self.results()
        self.assertTrue(self.jobs())
        self.assert_succeeds(self.sweep(*MANY))
        self.assertEqual({name: self.results()[name] for name in before}, before)
        self.assertEqual(self.tables(), self.tables("whole"))

    def test_begun_here_interrupted_and_finished_on_slurm(self):
        self.assert_succeeds(self.sweep(*MANY, out="whole"))
        process = self.start(*MANY, "--jobs", "1")
        self.wait_for(lambda: len(self.results()) >= 1)
        process.send_signal(signal.SIGINT)
        process.communicate()
        self.assertEqual(process.returncode, INTERRUPTED)
        before = self.results()
        self.assert_succeeds(self.slurm_sweep(*MANY))
        self.assertEqual({name: self.results()[name] for name in before}, before)
        self.assertEqual(self.tables(), self.tables("whole"))

    def test_ctrl_c_cancels_the_jobs(self):
        self.write("spin.elf", SPIN)
        process = self.start("--set", f"firmware={self.folder}/spin.elf", "--set", "limits.simulated_time=1000000,2000000",
                             "--launcher", "slurm")
        self.wait_for(self.jobs)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
        self.assertEqual(process.returncode, INTERRUPTED, errors)
        self.wait_for(lambda: not self.jobs())

    def test_a_task_that_vanishes_is_noticed(self):
        self.write("spin.elf", SPIN)
        process = self.start("--set", f"firmware={self.folder}/spin.elf", "--set", "limits.simulated_time=1000000",
                             "--launcher", "slurm")
        self.wait_for(self.jobs)
        self.slurm.ask("scancel", *self.jobs())
        process.communicate()
        self.assertEqual(process.returncode, POINTS)
        self.assertEqual([(row["status"], row["error"]) for row in self.rows()],
                         [("crashed", "its Slurm task ended without a word; see slurm.log")])


if __name__ == "__main__":
    unittest.main(verbosity=2)  # says why tests are skipped
