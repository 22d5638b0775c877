# SPDX-License-Identifier: Apache-2.0
"""Studies on a small geometry: tables, their JSON, and what is refused."""
import json
import os
import re
import unittest

from program import CONFIG, INPUT, POINTS, SOURCE, USAGE, ProgramTest

KINDS = {"seen", "measured", "derived", "recalled", "not available"}


def shown(value):
    """A number as the text shows it."""
    return f"{round(value):,}" if value >= 999.95 else f"{value:.4g}"


class Studies(ProgramTest):
    def names(self):
        message = self.sim("study", "?").stderr.decode()
        return re.search(r"studies are (.*)", message).group(1).split(", ")

    def study(self, name, *arguments):
        """@return text and JSON of one quick study"""
        process = self.sim("study", name, "--quick", "--json", "report.json", *arguments)
        self.assert_succeeds(process)
        return process.stdout.decode(), json.loads((self.folder / "report.json").read_text())

    def test_every_study_prints_what_its_json_says(self):
        for name in self.names():
            with self.subTest(name):
                text, report = self.study(name)
                self.assertEqual((report["schema"], report["study"]), ("edgebert-study-1", name))
                self.assertTrue(report["tables"])
                self.assertTrue(report["runs"])
                self.assertLessEqual(max(map(len, text.splitlines())), 100)
                for table in report["tables"]:
                    self.assertIn(table["title"], text)
                    for row in table["rows"]:
                        self.check_row(row, text)

    def check_row(self, row, text):
        lines = [line for line in text.splitlines() if row["configuration"] in line]
        ours, published = row["ours"], row["published"]
        for value in (ours, published):
            if value is not None:
                self.assertTrue(any(shown(value) in line for line in lines), row)
        if row["kind"] is None:
            self.assertIsNone(published)
            return
        self.assertIn(row["kind"], KINDS)
        self.assertTrue(row["source"], row)
        self.assertEqual(published is None, row["kind"] == "not available", row)
        if ours is None or not published:
            self.assertIsNone(row["deviation"])
            return
        self.assertAlmostEqual(row["deviation"], ours / published - 1, places=9)
        if abs(row["deviation"]) > 0.01:
            self.assertTrue(row["note"], f"no word about a deviation: {row}")

    def test_energy_and_latency_of_combined_fall_together_with_the_layers(self):
        _, report = self.study("combined")
        lines = {}
        for row in report["tables"][0]["rows"]:
            lines.setdefault(row["configuration"], {})[f"{row['quantity']}, {row['unit']}"] = row["ours"]
        exits = next(line for name, line in lines.items() if "early exit at 3.90" in name)  # the authors' log
        whole = lines["AdaptivFloat, 8 bits"]
        self.assertLess(exits["latency, ms"], whole["latency, ms"] * 4.4 / 12)
        self.assertGreater(exits["latency, ms"], whole["latency, ms"] * 3.89 / 12)
        self.assertLess(lines["all, top clock"]["accelerator, mJ"], exits["accelerator, mJ"])
        self.assertLess(whole["model, MB"], lines["baseline: float32 stored"]["model, MB"] / 3)

    def test_power_up_is_arithmetic(self):
        _, report = self.study("envm")
        rows = {(row["quantity"], row["configuration"]): row["ours"] for row in report["tables"][0]["rows"]}
        self.assertAlmostEqual(rows["stored", "masks and codes"], (0.4 + 1 / 8) * 30_000 * 128 / 1e6)
        place = 256 * 1.21 + 820 * 1.54  # words of masks in single-bit cells and of codes in two-bit cells
        self.assertAlmostEqual(rows["latency", "ReRAM, read in place"], place, delta=1)
        self.assertAlmostEqual(rows["latency", "reload / in place"], 2_016_000 / 25.6 / place, delta=0.1)

    def test_settings_hold_for_every_run(self):
        _, plain = self.study("vmac")
        _, slower = self.study("vmac", "--set", "clocks.accelerator=500MHz")
        for before, after in zip(plain["tables"][0]["rows"], slower["tables"][0]["rows"]):
            if before["quantity"] == "latency":
                self.assertGreater(after["ours"], before["ours"])
        self.assertEqual(slower["set"], ["clocks.accelerator=500MHz"])
        configurations = {row["configuration"] for row in plain["tables"][0]["rows"]}
        self.assertEqual(configurations, {"n = 2*", "n = 4", "n = 8", "n = 16", "n = 32", "n = 64*"})
        self.assertIn("extrapolated", plain["tables"][0]["notes"][0])

    def test_jobs_change_nothing(self):
        self.assertEqual(self.study("mobile-gpu", "--jobs", "1"), self.study("mobile-gpu", "--jobs", "2"))

    def test_temporary_files_go_and_those_of_out_stay(self):
        temporary = self.folder / "tmp"
        temporary.mkdir()
        process = self.sim("study", "mobile-gpu", "--quick", environment={"TMPDIR": str(temporary)})
        self.assert_succeeds(process)
        self.assertEqual(os.listdir(temporary), [])
        self.study("mobile-gpu", "--out", "kept")
        self.assertTrue((self.folder / "kept" / "dense" / "result.json").is_file())

    def test_refused(self):
        process = self.sim("study", "nonsense")
        self.assert_fails(process, USAGE, re.compile(r"edgebert-sim: study: there is no 'nonsense'; studies are .*vmac, .*"))
        self.assert_fails(self.sim("study"), USAGE, "NAME is required; see --help")
        process = self.sim("study", "vmac", "--quick", "--set", "pu.lanes=4")
        self.assert_fails(process, CONFIG, re.compile(r".*pu\.lanes.*"))
        process = self.sim("study", "vmac", "--quick", "--set", "pu.vmac_lanes=4")
        self.assert_fails(process, CONFIG, re.compile(r".*pu\.vmac_lanes.*"))
        process = self.sim("study", "vmac", "--quick", "--set", "energy.table=")
        self.assert_fails(process, CONFIG, re.compile(r".*energy\.table.*"))
        process = self.sim("study", "vmac", "--quick", "--json", "nowhere/report.json")
        self.assert_fails(process, INPUT, re.compile(r".*nowhere.*"))
        process = self.sim("study", "vmac", "--jobs", "0")
        self.assert_fails(process, USAGE, re.compile(r".*--jobs.*"))

    def test_a_run_that_fails_is_named(self):
        process = self.sim("study", "vmac", "--quick", "--set", "limits.simulated_time=1us")
        self.assert_fails(process, POINTS, re.compile(r"edgebert-sim: study: 'base-n=\d+' failed: timeout: .*"))


if __name__ == "__main__":
    unittest.main()
