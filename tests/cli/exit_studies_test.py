# SPDX-License-Identifier: Apache-2.0
"""Studies on recorded entropies, with a small network: what is published beside ALBERT-base is not beside it."""
import json
import unittest

from program import ProgramTest

POLICIES = 4
DEADLINES = ("50 ms", "75 ms", "100 ms")


class ExitStudies(ProgramTest):
    def tables(self, name, *arguments):
        process = self.sim("study", name, "--quick", "--json", "-", *arguments)
        self.assert_succeeds(process)
        report = json.loads(process.stdout)
        self.assertEqual(report["study"], name)
        return report["tables"]

    def column(self, table, quantity, unit=""):
        """Ours by configuration."""
        return {row["configuration"]: row["ours"] for row in table["rows"] if row["quantity"] == quantity and row["unit"] == unit}

    def test_early_exit(self):
        exits, costs = self.tables("early-exit")
        layers = self.column(exits, "exit layer")
        self.assertEqual(layers["base"], 12)
        for policy in ("ee", "lai", "lai-predicted"):
            falling = [layer for name, layer in layers.items() if name.startswith(policy + " ")]
            self.assertEqual(falling, sorted(falling, reverse=True))
        self.assertEqual(self.column(costs, "exit layer"), layers)
        latency, energy = self.column(costs, "latency", "ms"), self.column(costs, "accelerator", "mJ")
        by_layer = sorted(layers, key=layers.get)
        for column in (latency, energy):
            self.assertEqual(sorted(column, key=column.get), by_layer)

    def test_latency_targets(self):
        tables = self.tables("latency-targets")
        self.assertEqual(len(tables), 2 * 3)
        for figures, ratios, pairs in (tables[:3], tables[3:]):
            missed, infeasible = self.column(figures, "missed"), self.column(figures, "infeasible")
            self.assertEqual(len(missed), POLICIES * len(DEADLINES))
            for name, count in missed.items():
                if "lai-conservative" in name and infeasible[name] == 0:
                    self.assertEqual(count, 0)
            for deadline in DEADLINES:
                self.assertGreater(self.column(ratios, "base / lai")[deadline], self.column(ratios, "ee / lai")[deadline])
                same = self.column(pairs, "same layer")[deadline]
                self.assertEqual(same, self.column(pairs, "lai takes less")[deadline] + self.column(pairs, "exceptions")[deadline])
        dense, sparse = (self.column(figures, "latency", "ms") for figures in (tables[0], tables[3]))
        for name, latency in sparse.items():
            if "base" in name:
                self.assertLess(latency, dense[name])

    def test_silicon(self):
        exits, latency, energy, figures = self.tables("silicon")
        average = self.column(exits, "exit layer")["EE"]
        self.assertAlmostEqual(self.column(exits, "12 layers / average")["EE"], 12 / average, delta=1e-9)
        for table, quantity, unit in ((latency, "latency", "ms"), (energy, "accelerator", "mJ")):
            name = "latency" if table is latency else "energy"
            ratios, values = self.column(table, name), self.column(figures, quantity, unit)
            self.assertEqual(ratios["conventional"], 1)
            for step, ratio in ratios.items():
                self.assertAlmostEqual(ratio, values["conventional"] / values[step], delta=1e-9 * ratio)
        self.assertGreater(self.column(energy, "energy")["EE, AP, MP, VFS"], self.column(energy, "energy")["EE, AP, MP"])
        self.assertTrue(all(row["published"] is None for table in (exits, latency, energy) for row in table["rows"]))


if __name__ == "__main__":
    unittest.main()
