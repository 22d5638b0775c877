# SPDX-License-Identifier: Apache-2.0
"""Waveforms: the file's own rules, that they tell what the report and the timeline tell, and that GTKWave's tools read them."""
import collections
import gzip
import json
import re
import shutil
import subprocess
import unittest

from program import ProgramTest

UNITS = ["processing_unit", "softmax", "layernorm", "element_add", "early_exit", "dma", "dvfs"]
FEMTOSECONDS = 1000000  # of a cycle at 1 GHz


class Waves:
    """A value change dump: IEEE 1364-2005, clause 18."""

    def __init__(self, test, text):
        header, body = text.split("$enddefinitions $end\n")
        test.assertIn("$timescale 1 fs $end", header)
        self.kinds, scope, names = {}, [], {}
        for line in header.splitlines():
            words = line.split()
            if words[0] == "$scope":
                scope.append(words[2])
            elif words[0] == "$upscope":
                scope.pop()
            elif words[0] == "$var":
                name = ".".join([*scope, words[4]]) + (words[5] if words[5] != "$end" else "")
                names[words[3]] = name
                self.kinds[name] = (words[1], words[2])
        test.assertEqual(scope, [])
        self.changes = collections.defaultdict(list)
        self.times = []
        for line in body.splitlines():
            if line.startswith("#"):
                self.times.append(int(line[1:]))
            elif not line.startswith("$"):
                value, identifier = (line[0], line[1:]) if line[0] in "01" else line.split()
                self.changes[names[identifier]].append((self.times[-1], value))
        test.assertEqual(self.times, sorted(set(self.times)))
        test.assertEqual(set(self.changes), set(self.kinds))
        for name, changes in self.changes.items():
            test.assertTrue(all(before[1] != after[1] for before, after in zip(changes, changes[1:])), name)

    def time_in(self, name, value):
        changes = [*self.changes[name], (self.times[-1], None)]
        return sum(after[0] - before[0] for before, after in zip(changes, changes[1:]) if before[1] == value)


class VcdTest(ProgramTest):
    def waves(self, *arguments):
        process = self.run_tiny("--vcd", "waves.vcd", "--json", "report.json", "--trace", "trace.json", *arguments)
        self.assert_succeeds(process)
        return Waves(self, (self.folder / "waves.vcd").read_text())


class Waveforms(VcdTest):
    def test_units_are_as_long_busy_as_the_report_says(self):
        waves = self.waves()
        report = json.loads((self.folder / "report.json").read_text())
        for unit in report["sentences"][0]["units"]:
            if unit["unit"] in UNITS:
                name = f"edgebert.{unit['unit']}.state"
                self.assertEqual(waves.time_in(name, "sbusy"), unit["busy_cycles"] * FEMTOSECONDS, name)
                self.assertEqual(waves.time_in(name, "sstalled"), sum(unit["stalled_cycles"].values()) * FEMTOSECONDS, name)
        self.assertEqual(waves.changes["edgebert.voltage_V"], [(0, "r0.8")])
        self.assertEqual(waves.changes["edgebert.clock_MHz"], [(0, "r1000")])
        layers = [int(value[1:], 2) for _, value in waves.changes["edgebert.layer[7:0]"]]
        self.assertEqual(layers, list(range(report["sentences"][0]["exit_layer"] + 1)))
        self.assertIn("slayer01.scores.head00.row0.column0", {value for _, value in waves.changes["edgebert.processing_unit.command"]})

    def test_interrupts_and_core_are_those_of_the_timeline(self):
        waves = self.waves()
        events = json.loads((self.folder / "trace.json").read_text())["traceEvents"]
        raised = collections.Counter(event["name"] for event in events if event["ph"] == "X" and event["name"].startswith("interrupt of "))
        for name in self.names_of("interrupts", waves):
            rises = sum(1 for _, value in waves.changes[f"edgebert.interrupts.{name}"] if value == "1")
            self.assertEqual(rises, raised[f"interrupt of {name}"], name)
        asleep = sum(event["dur"] for event in events if event["ph"] == "X" and event["name"].startswith("sleeps until "))
        self.assertAlmostEqual(waves.time_in("edgebert.core", "ssleeping") / 1e9, asleep, places=5)

    def names_of(self, scope, waves):
        return [name.split(".")[2] for name in waves.kinds if name.startswith(f"edgebert.{scope}.")]

    def test_voltage_and_clock_change(self):
        waves = self.waves("--set", "exit.policy=lai", "--set", "exit.predictor=predictors/sst2-small.csv", "--set", "exit.deadline=20ms",
                           "--set", "exit.threshold=0.05")
        events = json.loads((self.folder / "trace.json").read_text())["traceEvents"]
        for signal, counter, unit in (("voltage_V", "voltage of the accelerator", "V"), ("clock_MHz", "clock of the accelerator", "MHz")):
            self.assertEqual([(time, float(value[1:])) for time, value in waves.changes[f"edgebert.{signal}"]],
                             [(round(event["ts"] * 1e9), event["args"][unit]) for event in events if event["ph"] == "C" and event["name"] == counter])
        self.assertGreater(len(waves.changes["edgebert.clock_MHz"]), 1)

    def test_window_units_limit(self):
        whole = self.waves()
        window = self.waves("--trace-from", "0.28ms", "--trace-to", "0.3ms")
        low, high = 280000000000, 300000000000
        self.assertEqual((window.times[0], window.times[-1]), (low, high))
        for name, changes in whole.changes.items():
            before = [value for time, value in changes if time <= low][-1]
            expected = [(low, before), *((time, value) for time, value in changes if low < time < high)]
            self.assertEqual(window.changes[name], expected, name)
        self.assertEqual(set(self.waves("--trace-units", "(core|dma)").kinds),
                         {"edgebert.core", "edgebert.layer[7:0]", "edgebert.operator", "edgebert.dma.state", "edgebert.dma.command"})

    def test_compressed(self):
        self.waves()
        self.assert_succeeds(self.run_tiny("--vcd", "other.vcd.gz"))
        self.assertEqual(gzip.decompress((self.folder / "other.vcd.gz").read_bytes()), (self.folder / "waves.vcd").read_bytes())
        self.assertIn("other.vcd.gz", (self.folder / "other.gtkw").read_text())

    def test_save_file_names_what_is_there(self):
        waves = self.waves()
        save = (self.folder / "waves.gtkw").read_text()
        self.assertIn(f'[dumpfile] "{self.folder / "waves.vcd"}"', save)
        named = [line for line in save.splitlines() if re.match(r"edgebert\.", line)]
        self.assertEqual(sorted(named), sorted(waves.kinds))


class Gtkwave(VcdTest):
    def test_gtkwave_reads_it(self):
        """To GTKWave's own format and back: every change is there."""
        if not shutil.which("vcd2fst"):
            print("gtkwave is not installed: scripts/install-packages --debug")
            self.skipTest("no vcd2fst")
        waves = self.waves()
        subprocess.run(["vcd2fst", "waves.vcd", "waves.fst"], cwd=self.folder, check=True, capture_output=True)
        back = subprocess.run(["fst2vcd", "waves.fst"], cwd=self.folder, check=True, capture_output=True, text=True).stdout
        names, scope, changes, time = {}, [], collections.defaultdict(list), 0
        for line in back.splitlines():
            words = line.split()
            if line.startswith("$scope"):
                scope.append(words[2])
            elif line.startswith("$upscope"):
                scope.pop()
            elif line.startswith("$var"):
                names[words[3]] = ".".join([*scope, words[4]]) + (words[5] if words[5] != "$end" else "")
            elif line.startswith("#"):
                time = int(line[1:])
            elif line and line[0] in "01bsr":
                value, identifier = (line[0], line[1:]) if line[0] in "01" else (words[0], words[-1])
                changes[names[identifier]].append((time, value))
        self.assertEqual(set(changes), set(waves.changes))
        for name, expected in waves.changes.items():
            spelled = [(at, float(value[1:]) if value[0] == "r" else value) for at, value in expected]
            self.assertEqual([(at, float(value[1:]) if value[0] == "r" else value) for at, value in changes[name]], spelled, name)


if __name__ == "__main__":
    unittest.main()
