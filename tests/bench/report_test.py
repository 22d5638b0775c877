# SPDX-License-Identifier: Apache-2.0
"""The benchmark's own arithmetic: choice of settings, ratios, table."""
import os
import pathlib
import sys
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import core_costs
import full_size
import native
import table
from worker import Worker, WorkerFailed

# Sleeps as long as its argument says, in place of a forward.
CHILD = """
import sys, time
sys.path.insert(0, %r)
import worker
worker.serve({"sleeps": sys.argv[1]}, lambda: time.sleep(float(sys.argv[1])))
""" % str(pathlib.Path(__file__).resolve().parent)
# Uses processor time, in place of a forward: units of some microseconds.
BUSY_CHILD = CHILD.replace("time.sleep(float(sys.argv[1]))", "sum(range(int(sys.argv[1])))")


def child(text, argument):
    return [sys.executable, "-c", text, argument]


class Workers(unittest.TestCase):
    def test_a_worker_describes_itself_and_repeats(self):
        worker = Worker(child(CHILD, "0.02"), os.environ)
        self.assertEqual(worker.description, {"sleeps": "0.02"})
        for repetitions in (1, 3):
            seconds = worker.measure(repetitions)
            self.assertEqual(len(seconds), repetitions)
            self.assertTrue(all(each["wall"] >= 0.02 and each["cpu"] < each["wall"] for each in seconds), seconds)
        worker.close()
        self.assertEqual(worker.process.returncode, 0)

    def test_a_worker_that_ends_says_why(self):
        with self.assertRaisesRegex(WorkerFailed, "^no such kernel$"):
            Worker([sys.executable, "-c", "import sys; sys.exit('first line\\nno such kernel')"], os.environ)

    def test_the_fastest_that_runs_is_kept(self):
        choices = [(child(BUSY_CHILD, "3000000"), "slow", {}), (child(BUSY_CHILD, "1000"), "fast", {}),
                   ([sys.executable, "-c", "raise SystemExit('unsupported')"], "broken", {})]
        best, tried = native.fastest(choices, 1)
        self.addCleanup(best.worker.close)
        self.assertEqual(best.name, "fast")
        self.assertEqual(list(tried), ["slow", "fast"])
        self.assertLess(tried["fast"], tried["slow"])

    def test_nothing_that_runs_is_one_line(self):
        program = pathlib.Path("torch_forward.py")
        with self.assertRaisesRegex(native.Missing, "^torch_forward.py does not run: .*$"):
            native.fastest([([sys.executable, program], "only", {})], 1)


class Settings(unittest.TestCase):
    def test_the_environments_setting_comes_first_and_once(self):
        with mock.patch.dict(os.environ, {"OPENBLAS_CORETYPE": "Haswell"}):
            settings = native.core_type_settings(False)
            self.assertEqual(settings[:2], [{"OPENBLAS_CORETYPE": "Haswell"}, {}])
            self.assertEqual(len(settings), 1 + len(native.CORE_TYPES))
            self.assertEqual(native.name_of(settings[0]), "OPENBLAS_CORETYPE=Haswell (as the environment has it)")
            self.assertEqual(native.name_of({}), "no OPENBLAS_CORETYPE")

    def test_a_setting_replaces_the_environments(self):
        with mock.patch.dict(os.environ, {"OPENBLAS_CORETYPE": "Haswell", "OMP_NUM_THREADS": "8"}):
            self.assertNotIn("OPENBLAS_CORETYPE", native.environment_of({}))
            self.assertEqual(native.environment_of({"OPENBLAS_CORETYPE": "Zen"})["OPENBLAS_CORETYPE"], "Zen")
            self.assertEqual(native.environment_of({})["OMP_NUM_THREADS"], "1")


def a_round(scale, torch):
    return {"torch": {"wall": torch, "cpu": torch / 2},
            "one": {"first": 0.1 * scale, "process": 0.2 * scale, "process_cpu": 0.15 * scale, "cycles": 30_000_000, "memory_mib": 80},
            "several": {"later": 0.05 * scale, "memory_mib": 90 * scale}}


class Ratios(unittest.TestCase):
    def setUp(self):
        self.rounds = iter([a_round(1, 0.5), a_round(2, 0.4), a_round(3, 0.3)])
        with mock.patch.object(full_size, "one_round", lambda *_: next(self.rounds)):
            self.result = full_size.measure(None, None, {"torch": None}, 3)

    def test_medians_and_the_range_of_rounds(self):
        self.assertAlmostEqual(self.result["wall_seconds"], 0.2)
        self.assertAlmostEqual(self.result["torch_fp32_seconds"], 0.4)
        self.assertAlmostEqual(self.result["ratio_to_torch_fp32"], 0.5)
        first = self.result["against_torch_fp32"]["first"]
        self.assertAlmostEqual(first["ratio"], 0.5)
        self.assertAlmostEqual(first["lowest"], 0.1 / 0.5)
        self.assertAlmostEqual(first["highest"], 0.3 / 0.3)
        self.assertAlmostEqual(self.result["against_torch_fp32"]["process_cpu"]["ratio"], 0.3 / 0.2)

    def test_cycles_a_second_are_of_the_first_sentence_and_memory_is_the_most(self):
        self.assertAlmostEqual(self.result["simulated_cycles_per_second"], 30e6 / 0.2)
        self.assertEqual(self.result["peak_memory_mib"], 270)

    def test_the_table_names_what_is_missing(self):
        small = {"sentences": 2, "sentences_per_second": 50, "simulated_cycles_per_second": 9e7, "peak_memory_mib": 47}
        text = table.markdown({
            "host": {"processor": "P", "vector_instructions": ["avx2"], "cores": 2, "load": 0.5},
            "native": {"torch": {"settings": "eager", "tried_cpu_seconds": {"eager": 0.2}}, "openblas": {"missing": "not installed"}},
            "full_size": self.result, "full_size_sparse": self.result, "small_model": {"early_exit": small, "all_layers": small},
            "iss": {"mips": {"memory_copy": 600.4}}, "costs_ns": {"register_read": 40.2}})
        lines = text.split("\n")
        self.assertIn("| PyTorch float32 forward | 400 ms (CPU time 200 ms) |  |  |", lines)
        self.assertIn("| ALBERT-base dense: first sentence | 200 ms | 0.50 (0.20 to 1.00) |  |", lines)
        self.assertIn("| ALBERT-base dense: simulated accelerator cycles | 150 M/s |  |  |", lines)
        self.assertIn("| bare core: memory copy | 600 MIPS |  |  |", lines)
        self.assertIn("| one register read | 40 ns |  |  |", lines)
        self.assertIn("- openblas: not installed", lines)
        self.assertTrue(all(line.count("|") == 5 for line in lines if line.startswith("|")))


class Costs(unittest.TestCase):
    def test_a_cost_is_a_difference_of_shortest_times(self):
        base = {core_costs.READS: 0.42, core_costs.MEMORY_READS: 0.1, core_costs.WRITES: 0.74, core_costs.MEMORY_WRITES: 0.1,
                core_costs.INTERRUPTS: 0.5, core_costs.NO_INTERRUPTS: 0.3, core_costs.SHORT_QUANTA: 0.2, core_costs.LONG_QUANTA: 0.1}
        disturbances = iter([0.5] * len(base) + [0] * len(base) + [0.1] * len(base))
        with mock.patch.object(core_costs, "run_work", lambda build, *work: base[work] + next(disturbances)):
            costs = core_costs.costs(None, 3)
        self.assertAlmostEqual(costs["register_read"], 100)  # 0.32 s of 3,200,000 accesses
        self.assertAlmostEqual(costs["register_write"], 200)
        self.assertAlmostEqual(costs["interrupt"], 200)  # 0.2 s of a million
        self.assertAlmostEqual(costs["quantum_restart"], 1e8 / 999_900)  # 0.1 s of 1,000,000 - 100


if __name__ == "__main__":
    unittest.main()
