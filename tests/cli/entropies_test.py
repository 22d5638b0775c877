# SPDX-License-Identifier: Apache-2.0
"""replay-entropies: the published averages by firmware's own decisions, deadlines, refusals; fit_exit_predictor."""
import json
import subprocess
import unittest

from program import CONFIG, EDGEBERT, IMAGE, INPUT, SOURCE, USAGE, ProgramTest

LOGS = SOURCE / "tests" / "data" / "entropy_logs"
SST2 = LOGS / "sst2_dev_12layer_entropy.txt"
MNLI = LOGS / "mnli_dev_12layer_entropy.txt"


class ReplayTest(ProgramTest):
    def replay(self, *arguments, log=SST2, table=LOGS / "lut_sst2.csv"):
        return self.sim("replay-entropies", EDGEBERT, "--model", IMAGE, "--entropies", log, "--lut", table, *arguments)

    def report(self, *arguments, **options):
        process = self.replay(*arguments, "--json", "-", **options)
        self.assert_succeeds(process)
        return json.loads(process.stdout)


class Published(ReplayTest):
    def check_average(self, policy, threshold, average, *arguments, **options):
        totals = self.report("--policy", policy, "--threshold", str(threshold), *arguments, **options)["totals"]
        with self.subTest(policy=policy, threshold=threshold):
            self.assertAlmostEqual(totals["average_exit_layer"], average, delta=0.01)
            self.assertEqual(sum(totals["exit_histogram"]), totals["sentences"])
            self.assertEqual(totals["disagreements_with_golden"], 0)
        return totals

    def test_sst2(self):
        for policy, threshold, average in (("ee", 0.23, 4.30), ("ee", 0.46, 2.70), ("lai", 0.09, 5.25), ("lai", 0.16, 3.90),
                                           ("lai-predicted", 0.28, 3.65)):
            self.check_average(policy, threshold, average)

    def test_histogram(self):
        totals = self.check_average("ee", 0.28, 3.94)
        self.assertEqual(totals["exit_histogram"], [153, 177, 128, 136, 105, 58, 31, 18, 5, 3, 3, 55])

    def test_mnli_predicted_behind_layer_3(self):
        totals = self.check_average("lai", 0.40, 8.50, "--predict-layer", "3", "--classes", "3", log=MNLI,
                                    table=LOGS / "lut_mnli_layer3.csv")
        self.assertEqual(totals["sentences"], 9799)


class Deadlines(ReplayTest):
    def test_conservative_exits_as_early_exit_and_is_in_time(self):
        report = self.report("--policy", "lai-conservative", "--threshold", "0.16", "--deadline", "8 ms", "--limit", "200")
        early = self.report("--policy", "ee", "--threshold", "0.16", "--limit", "200")
        self.assertEqual([s["exit_layer"] for s in report["sentences"]], [s["exit_layer"] for s in early["sentences"]])
        self.assertEqual(report["totals"]["missed_deadlines"], 0)
        self.assertEqual(report["totals"]["infeasible_deadlines"], 0)
        self.assertGreater(len(report["layer_costs"]), 1)
        self.assertGreater(report["totals"]["simulated_seconds"], early["totals"]["simulated_seconds"])

    def test_energy_of_sentences_and_idle_time(self):
        arguments = ("--policy", "lai", "--threshold", "0.16", "--limit", "100")
        reports = [self.report(*arguments, *deadline) for deadline in ((), ("--deadline", "20ms"))]
        for report in reports:
            totals, sentences = report["totals"], report["sentences"]
            for key in ("energy_joules", "accelerator_joules", "idle_joules"):
                self.assertAlmostEqual(totals[key] / sum(sentence[key] for sentence in sentences) if totals[key] else 1, 1, delta=1e-9)
            spread = totals["sentence_joules"]
            self.assertAlmostEqual(spread["mean"] * len(sentences) / totals["energy_joules"], 1, delta=1e-9)
            self.assertEqual(spread["least"], min(sentence["energy_joules"] for sentence in sentences))
            self.assertLessEqual(spread["median"], spread["ninth_decile"])
            layer = report["energy"]["layer_joules"]
            self.assertLess(layer["least"], layer["mean"])
            self.assertLess(layer["mean"], layer["most"])
            self.assertLess(layer["most"] / layer["least"], 1.2)
        unbounded, bounded = (report["totals"] for report in reports)
        self.assertEqual(unbounded["idle_joules"], 0)
        self.assertGreater(bounded["idle_joules"], bounded["accelerator_idle_joules"])
        busy = bounded["accelerator_joules"] - bounded["accelerator_idle_joules"]
        self.assertLess(busy, unbounded["accelerator_joules"])

    def test_without_energy_table(self):
        report = self.report("--policy", "ee", "--limit", "3", "--set", "energy.table=")
        self.assertIsNone(report["energy"])
        self.assertIsNone(report["totals"]["energy_joules"])
        self.assertIsNone(report["sentences"][0]["energy_joules"])

    def test_infeasible_deadline(self):
        totals = self.report("--policy", "base", "--deadline", "1ms", "--limit", "3")["totals"]
        self.assertEqual((totals["missed_deadlines"], totals["infeasible_deadlines"]), (3, 3))

    def test_text_says_where_entropies_came_from(self):
        process = self.replay("--policy", "lai", "--threshold", "0.16", "--deadline", "8ms", "--limit", "20")
        self.assert_succeeds(process)
        text = process.stdout.decode()
        self.assertIn("test registers of the early-exit unit", text)
        self.assertIn("0 of 20 sentences missed it, 0 found it infeasible", text)
        self.assertIn("20 exits compared with golden's rules, all equal", text)


class Refusals(ReplayTest):
    def test_log(self):
        short = self.write("short.txt", ",".join(["0.1"] * 12) + "\n" + ",".join(["0.1"] * 11) + "\n")
        self.assert_fails(self.replay(log=short), INPUT, f"{short}:2: 11 columns; expected 12 numbers separated by commas")
        high = self.write("high.txt", ",".join(["0.1"] * 11 + ["0.7"]) + "\n")
        self.assert_fails(self.replay(log=high), INPUT, f"{high}:1: column 12: entropy 0.7 is outside 0 to 0.693147, ln 2 classes")
        self.assert_fails(self.replay(log=MNLI, table=LOGS / "lut_sst2.csv"), INPUT,
                          f"{MNLI}:1: column 1: entropy 1.071607 is outside 0 to 0.693147, ln 2 classes")

    def test_table(self):
        rows = (LOGS / "lut_sst2.csv").read_text().splitlines(keepends=True)
        table = self.write("table.csv", "".join(rows[:99]))
        self.assert_fails(self.replay("--policy", "lai", table=table), INPUT,
                          f"{table}:99: the table ends after 99 rows; an exit table has 100")

    def test_no_table(self):
        config = self.write("bare.yaml", "version: 1\n")
        self.assert_fails(self.sim("replay-entropies", config, "--model", IMAGE, "--entropies", SST2, "--policy", "lai"), CONFIG,
                          f"cannot predict exits: {config} names no exit table; give exit.predictor, or an exit.policy that does "
                          "not predict")

    def test_option_and_key(self):
        self.assertNotEqual(self.replay("--policy", "lai", "--set", "exit.policy=ee").returncode, 0)
        self.assert_fails(self.replay("--limit", "0"), USAGE, "--limit: '0' is not a whole number from 1; see --help")


@unittest.skipUnless(subprocess.run(["/usr/bin/python3", "-c", "import sklearn"], capture_output=True, check=False).returncode == 0,
                     "python3-sklearn is not installed: scripts/install-packages --fit")
class Fit(ReplayTest):
    def fit(self, *arguments):
        table = self.folder / "fitted.csv"
        process = subprocess.run([SOURCE / "scripts" / "fit_exit_predictor", SST2, "-o", table, *arguments],
                                 capture_output=True, text=True, check=False)
        self.assertEqual(process.returncode, 0, process.stderr)
        return table, process.stdout

    def test_table_is_rising_and_serves(self):
        table, _ = self.fit()
        rows = [[float(word) for word in line.split(",")] for line in table.read_text().splitlines()]
        self.assertEqual((len(rows), len(rows[0])), (100, 11))
        for column in zip(*rows):
            self.assertEqual(list(column), sorted(column))
        self.report("--policy", "lai", "--threshold", "0.16", "--limit", "50", table=table)

    def test_margin_bounds_the_share_forced_out_too_early(self):
        _, free = self.fit("--threshold", "0.28")
        _, bounded = self.fit("--threshold", "0.28", "--max-early", "0.05")
        share = [float(text.split("threshold 0.28: ")[1].split(" %")[0]) for text in (free, bounded)]
        self.assertGreater(share[0], 20)
        self.assertLess(share[1], 10)


if __name__ == "__main__":
    unittest.main()
