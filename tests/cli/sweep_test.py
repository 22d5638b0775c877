# SPDX-License-Identifier: Apache-2.0
"""Sweeps: tables, the terminal, command lines."""
import json
import os
import re
import unittest

from program import CONFIG, INPUT, POINTS, SENTENCE, USAGE
from sweeps import LANES, SweepTest

DATA_SET = "sentence\tlabel\n" + SENTENCE + "\t1\nunflinchingly bleak and desperate\t0\n"


class Tables(SweepTest):
    def test_a_row_a_point_and_the_figures_of_run(self):
        self.assert_succeeds(self.sweep("--set", LANES, "--set", "bus.width=4,8", "--check"))
        rows = self.rows()
        self.assertEqual([(row["pu.vmac_lanes"], row["bus.width"]) for row in rows],
                         [(lanes, width) for lanes in ("4", "8", "16") for width in ("4", "8")])
        process = self.run_tiny("--json", "-", "--check", "--set", "pu.vmac_lanes=16", "--set", "bus.width=4")
        report = json.loads(process.stdout)
        row = rows[4]
        self.assertEqual(list(row)[:3], ["pu.vmac_lanes", "bus.width", "status"])
        self.assertEqual((row["status"], row["error"]), ("done", ""))
        for column, key in (("cycles", "cycles"), ("instructions", "instructions"), ("macs", "macs"), ("seconds", "simulated_seconds"),
                            ("average_exit_layer", "average_exit_layer"), ("energy_joules", "energy_joules"), ("area_mm2", "area_mm2")):
            self.assertEqual(float(row[column]), report["totals"][key], column)
        self.assertAlmostEqual(float(row["macs_per_cycle"]), int(row["macs"]) / int(row["cycles"]))
        self.assertGreater(int(row["tensors_compared"]), 30)
        for unit in report["totals"]["units"]:
            self.assertEqual(int(row[unit["unit"] + ".busy_cycles"]), unit["busy_cycles"])
            for name, value in unit["counters"].items():
                self.assertEqual(int(row[f"{unit['unit']}.{name}"]), value)
        points = json.loads((self.folder / "out" / "sweep.json").read_text())["points"]
        self.assertEqual(points[4]["set"], {"pu.vmac_lanes": 16, "bus.width": 4})
        self.assertEqual(points[4]["totals"], report["totals"])
        self.assertEqual([points[4][name] for name in ("config_hash", "model_hash", "firmware_hash")],
                         [report[name] for name in ("config_hash", "model_hash", "firmware_hash")])

    def test_values_in_base_units_and_folders_as_people_write_them(self):
        self.assert_succeeds(self.sweep("--set", "memory.envm.size=2 MiB,4194304", "--set", "limits.simulated_time=1 min"))
        self.assertEqual([row["memory.envm.size"] for row in self.rows()], ["2097152", "4194304"])
        self.assertEqual(sorted(self.results()), ["memory.envm.size=2MiB,limits.simulated_time=1min",
                                                  "memory.envm.size=4MiB,limits.simulated_time=1min"])

    def test_accuracy_of_a_data_set(self):
        self.write("set.tsv", DATA_SET)
        self.assert_succeeds(self.sim(*self.arguments("--set", "exit.threshold=0,0.5", "--dataset", "set.tsv", "--limit", "1")))
        self.assertEqual([(row["sentences"], row["accuracy"]) for row in self.rows()], [("1", "1.0"), ("1", "1.0")])
        self.assertEqual(self.rows()[0]["average_exit_layer"], "12.0")

    def test_the_number_of_jobs_changes_no_byte(self):
        for jobs in ("1", "2"):
            process = self.sweep("--set", LANES + ",12", "--jobs", jobs, out=jobs)
            self.assertEqual(process.returncode, POINTS, process.stderr)
        self.assertEqual(self.tables("1"), self.tables("2"))
        for path in (self.folder / "1").glob("*/result.json"):
            one, two = (json.loads((self.folder / jobs / path.parent.name / "result.json").read_text()) for jobs in "12")
            del one["host"], two["host"]
            self.assertEqual(one, two)

    def test_run_takes_a_points_configuration(self):
        self.assert_succeeds(self.sweep("--set", "pu.vmac_lanes=16"))
        process = self.sim("run", "out/pu.vmac_lanes=16/config.yaml", "--text", SENTENCE, "--json", "-")
        self.assert_succeeds(process)
        again = json.loads(process.stdout)
        first = json.loads((self.folder / "out/pu.vmac_lanes=16/result.json").read_text())
        del again["host"], first["host"]
        self.assertEqual(again, first)

    def test_points_share_one_image(self):
        self.assert_succeeds(self.sweep("--set", LANES))
        names = {path.name for path in (self.folder / "out").glob("*/*")}
        self.assertEqual(names, {"config.yaml", "point.json", "log", "result.json"})


    def test_trials_in_which_no_cell_errs_take_the_result_of_the_first(self):
        faults = ("--set", "faults.memory=envm", "--set", "faults.seed=1..6")
        self.assert_succeeds(self.sweep("--set", "memory.envm.data_cell=mlc2", *faults))
        rows = self.rows()
        self.assertEqual([row["status"] for row in rows], ["done"] * 6)
        results = [json.loads(path.read_text()) for path in sorted((self.folder / "out").glob("*/result.json"))]
        taken = [report for report in results if "same_as" in report]
        self.assertEqual(len(taken), sum(row["faulty_cells"] == "0" for row in rows) - 1)
        self.assertGreater(len(taken), 2)
        campaign, = json.loads((self.folder / "out" / "sweep.json").read_text())["campaigns"]
        self.assertEqual((campaign["trials"], campaign["failed"], campaign["unharmed"]), (6, 0, len(taken) + 1))
        # What was taken is what the run itself says.
        path = next(path for path in sorted((self.folder / "out").glob("*/result.json")) if "same_as" in json.loads(path.read_text()))
        process = self.sim("run", path.parent / "config.yaml", "--text", SENTENCE, "--json", "-")
        self.assert_succeeds(process)
        run, copied = json.loads(process.stdout), json.loads(path.read_text())
        for report in (run, copied):
            del report["host"]
        del copied["same_as"]
        self.assertEqual(copied, run)
        # The same command goes on without a run.
        before = self.results()
        self.assert_succeeds(self.sweep("--set", "memory.envm.data_cell=mlc2", *faults))
        self.assertEqual(self.results(), before)


class Terminal(SweepTest):
    def test_the_table(self):
        process = self.sweep("--set", LANES)
        self.assert_succeeds(process)
        self.assertEqual(process.stderr, b"")
        lines = process.stdout.decode().splitlines()
        self.assertRegex(lines[0], r"^ +vmac_lanes +status +cycles +time +MAC/cycle ")
        for line, row in zip(lines[1:], self.rows()):
            self.assertRegex(line, rf"^ +{row['pu.vmac_lanes']} +done +{int(row['cycles']):,} ")
        self.assertLessEqual(max(map(len, lines)), 100)

    def sweep_on_terminal(self, columns):
        """@return what a sweep with a point that fails writes"""
        arguments = self.arguments("--text", SENTENCE, "--set", LANES + ",12")
        return self.on_terminal(arguments, ("stdout", "stderr"), {"NO_COLOR": "1"}, columns, POINTS).decode()

    def test_a_narrow_terminal_has_fewer_columns(self):
        lines = self.sweep_on_terminal(40).split("\r\x1b[K")[-1].splitlines()
        table = lines[:-1]  # the last line is the error
        self.assertLessEqual(max(map(len, table)), 40, table)
        self.assertRegex(table[0], r"^ +vmac_lanes +status +cycles")
        self.assertNotIn("DMA busy", table[0])

    def test_progress_and_time_left(self):
        written = self.sweep_on_terminal(80)
        self.assertIn("0/3 points", written)
        self.assertRegex(written, r"\r\x1b\[K2/3 points, [^\r]+, [^\r]+ left")


class Usage(SweepTest):
    def test_what_is_wrong_for_every_point(self):
        for arguments, code, message in (
                (["--set", "pu.vmac_lane=8,16"], CONFIG,
                 "--set pu.vmac_lane=8,16: unknown key 'pu.vmac_lane'; the nearest valid key is 'pu.vmac_lanes'"),
                (["--set", "pu.vmac_lanes"], USAGE, "sweep: --set pu.vmac_lanes: expected key.path=value,value"),
                (["--set", "pu.vmac_lanes=8,,16"], USAGE, "sweep: --set pu.vmac_lanes: a value is empty; write key.path=value,value"),
                (["--set", "memory.envm.size=1 MiB,1024 KiB"], USAGE, "sweep: --set memory.envm.size: 1024 KiB is given twice"),
                (["--set", LANES, "--set", LANES], USAGE, "sweep: --set pu.vmac_lanes: given twice; separate its values by commas"),
                (["--set", "model=a,b"], USAGE, "sweep: give --model or --set model=, not both"),
                (["--set", LANES, "--limit", "3"], USAGE, "sweep: --limit needs --dataset"),
                (["--set", LANES, "--jobs", "0"], USAGE, "--jobs: '0' is not a whole number from 1; see --help"),
        ):
            with self.subTest(message):
                self.assert_fails(self.sweep(*arguments), code, message)
        self.assert_fails(self.sim(*self.arguments("--set", LANES)), USAGE,
                          "sweep: give exactly one of --text, --file and --dataset")
        self.assert_fails(self.sweep("--set", LANES, text=" "), INPUT, "--text: the text is empty; give a sentence")
        self.assertEqual(os.listdir(self.folder), [])

    def test_too_many_points(self):
        numbers = ",".join(map(str, range(1, 400)))
        self.assert_fails(self.sweep("--set", f"core.quantum={numbers}", "--set", f"exit.threshold={numbers}"), USAGE,
                          "sweep: more than 100000 points; give fewer values")

    def test_a_file_where_the_folder_should_be(self):
        self.write("out", "")
        self.assert_fails(self.sweep("--set", LANES), INPUT, re.compile(rf"cannot make the folder '{self.folder}/out': "))

    def test_slurm_that_is_not_installed(self):
        process = self.sweep("--set", LANES, "--launcher", "slurm", environment={"PATH": "/none"})
        self.assert_fails(process, USAGE, "cannot start 'sbatch': No such file or directory; is Slurm installed?")
        self.assert_succeeds(self.sweep("--set", LANES))


if __name__ == "__main__":
    unittest.main()
