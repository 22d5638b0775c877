# SPDX-License-Identifier: Apache-2.0
"""Timelines: the format's own rules, that they tell what the report tells, windows and limits, and that they change no result."""
import collections
import gzip
import json
import os
import re
import subprocess
import unittest
from decimal import Decimal

from program import EDGEBERT, IMAGE, INPUT, SANITIZER_REMARK, SENTENCE, SIM, TIMEOUT, TINY, USAGE, ProgramTest

UNITS = ["processing_unit", "softmax", "layernorm", "element_add", "early_exit", "dma", "dvfs"]
AWKWARD = "quote \" backslash \\ <b>&amp;</b> \u00e9 \u6f22 \U0001f3ac tab\t bell\x07 \u2028 end"


class Trace:
    """A file, checked against the rules of the Trace Event Format."""

    def __init__(self, test, content):
        self.file = json.loads(content, parse_float=Decimal)
        test.assertEqual(set(self.file), {"displayTimeUnit", "traceEvents", "otherData"})
        self.processes, self.threads = {}, {}
        self.slices = collections.defaultdict(list)
        self.counters = collections.defaultdict(list)
        self.flows = collections.defaultdict(list)
        sorted_places = set()
        for event in self.file["traceEvents"]:
            place = (event["pid"], event.get("tid"))
            if event["ph"] == "M":
                if event["name"] == "process_name":
                    self.processes[event["pid"]] = event["args"]["name"]
                elif event["name"] == "thread_name":
                    self.threads[place] = event["args"]["name"]
                else:
                    test.assertIn(event["name"], ("process_sort_index", "thread_sort_index"))
                    sorted_places.add(place)
                continue
            test.assertGreaterEqual(event["ts"], 0)
            if event["ph"] == "X":
                test.assertGreaterEqual(event["dur"], 0)
                self.slices[place].append(event)
            elif event["ph"] == "C":
                self.counters[place[0], event["name"]].append(event)
            else:
                test.assertIn(event["ph"], "stf")
                self.flows[event["id"]].append(event)
        for place in self.threads:
            if self.processes[place[0]] == "interrupts":
                self.threads[place] = "interrupt of " + self.threads[place]
        test.assertEqual(sorted_places, {(pid, None) for pid in self.processes} | set(self.threads))
        test.assertEqual(set(self.slices) - set(self.threads), set())
        test.assertEqual({pid for pid, _ in [*self.slices, *self.counters]} - set(self.processes), set())
        self.check_slices(test)
        self.check_flows(test)
        for (_, name), events in self.counters.items():
            times = [event["ts"] for event in events]
            test.assertEqual(times, sorted(times), name)

    def check_slices(self, test):
        for place, slices in self.slices.items():
            slices.sort(key=lambda event: event["ts"])
            for before, after in zip(slices, slices[1:]):
                test.assertLessEqual(before["ts"] + before["dur"], after["ts"], (self.threads[place], before, after))

    def check_flows(self, test):
        for events in self.flows.values():
            test.assertEqual("".join(event["ph"] for event in sorted(events, key=lambda event: "stf".index(event["ph"])))[::len(events) - 1], "sf")
            times = {event["ph"]: event["ts"] for event in events}
            test.assertLessEqual(times["s"], times["f"])
            for event in events:
                slices = self.slices[event["pid"], event["tid"]]
                test.assertTrue(any(each["ts"] <= event["ts"] <= each["ts"] + each["dur"] for each in slices), event)

    def of(self, name):
        """Slices of a thread; those of interrupts are called after them, "interrupt of dma"."""
        return [event for place, events in self.slices.items() if self.threads[place] == name for event in events]

    def counter(self, name):
        return [event for (_, its_name), events in self.counters.items() if its_name == name for event in events]

    def names(self):
        return sorted(self.threads.values())


class TraceTest(ProgramTest):
    def trace(self, *arguments, config=TINY, **options):
        """@return trace, report"""
        process = self.sim("run", config, "--model", IMAGE, "--text", SENTENCE, "--trace", "trace.json", "--json", "report.json", *arguments, **options)
        self.assert_succeeds(process)
        report = json.loads((self.folder / "report.json").read_text())
        return Trace(self, (self.folder / "trace.json").read_text()), report


def unit_of(report, name):
    return next(unit for unit in report["sentences"][0]["units"] if unit["unit"] == name)


class SaysWhatTheReportSays(TraceTest):
    def test_units(self):
        trace, report = self.trace()
        self.assertEqual({event["args"]["MHz"] for event in trace.counter("clock of the accelerator")}, {1000})
        for name in UNITS:
            slices, unit = trace.of(name), unit_of(report, name)
            self.assertEqual(len(slices), unit["commands"], name)
            arguments = [event["args"] for event in slices]
            self.assertEqual(sum(each["busy_cycles"] for each in arguments), unit["busy_cycles"])
            for cause in ("bus", "memory", "port"):
                self.assertEqual(sum(each.get(f"stalled_on_{cause}", 0) for each in arguments), unit["stalled_cycles"][cause], name)
            # At 1 GHz a cycle is a nanosecond; time stamps are microseconds.
            cycles = unit["busy_cycles"] + sum(unit["stalled_cycles"].values())
            self.assertEqual(sum(event["dur"] for event in slices) * 1000, cycles, name)
        products = trace.of("processing_unit")
        self.assertEqual(sum(event["args"]["macs"] for event in products), unit_of(report, "processing_unit")["counters"]["macs"])
        self.assertEqual(sum(event["args"]["rows"] * event["args"]["columns"] * event["args"]["reduction"] for event in products),
                         unit_of(report, "processing_unit")["counters"]["macs"])
        moved = unit_of(report, "dma")["counters"]
        self.assertEqual(sum(event["args"]["bytes"] for event in trace.of("dma")), moved["bytes_loaded"] + moved["bytes_stored"])
        for event in products:
            self.assertRegex(event["name"], r"^layer [0-3] [a-z_]+, head \d+, row \d+, column \d+$")

    def test_memories(self):
        trace, report = self.trace()
        # Nobody but the DMA reads the eNVM.
        self.assertEqual(sum(event["args"]["bytes"] for event in trace.of("envm")), unit_of(report, "envm")["counters"]["bytes_read"])
        of_memories = [event for name in ("system_sram", "weight_memory", "envm") for event in trace.of(name)]
        self.assertEqual(sorted((event["ts"], event["dur"], event["args"]["bytes"]) for event in of_memories),
                         sorted((event["ts"], event["dur"], event["args"]["bytes"]) for event in trace.of("bus")))

    def test_sentence_and_core(self):
        trace, report = self.trace()
        sentence, = trace.of("sentences")
        self.assertEqual(sentence["name"], SENTENCE)
        self.assertEqual(sentence["dur"] * 1000, report["sentences"][0]["cycles"])
        core = trace.of("core")
        self.assertEqual(core[0]["ts"], 0)
        for before, after in zip(core, core[1:]):
            self.assertEqual(before["ts"] + before["dur"], after["ts"])
            self.assertNotEqual(before["name"] == "firmware", after["name"] == "firmware")
        self.assertEqual({event["name"] for event in core},
                         {"firmware", *(f"sleeps until {name}" for name in ("dma", "processing_unit", "layernorm", "element_add", "mailbox"))})

    def test_flows(self):
        """Each command is started by firmware; each whose interrupt was raised leads back to it."""
        trace, report = self.trace()
        commands = sum(unit_of(report, name)["commands"] for name in UNITS)
        core = next(place for place, name in trace.threads.items() if name == "core")
        ways = collections.Counter(tuple((event["ph"], (event["pid"], event["tid"]) == core) for event in sorted(events, key=lambda e: "stf".index(e["ph"])))
                                   for events in trace.flows.values())
        self.assertEqual(ways[("s", True), ("f", False)], commands)
        self.assertEqual(ways[("s", False), ("t", False), ("f", True)], sum(ways.values()) - commands)
        interrupts = [event for unit in UNITS for event in trace.of(f"interrupt of {unit}")]
        self.assertEqual(len(interrupts), sum(ways.values()) - commands)
        self.assertGreater(len(interrupts), 0.9 * commands)

    def test_power_is_the_ledgers(self):
        trace, report = self.trace()
        segments = report["sentences"][0]["energy"]["power_trace"]
        shown = trace.counter("power, W")
        self.assertEqual(len(shown), len(segments))
        for event, segment in zip(shown, segments):
            self.assertAlmostEqual(float(event["ts"]), segment["start"] * 1e6, places=5)
            watts = {domain: joules / (segment["end"] - segment["start"]) for domain, joules in segment["joules"].items()}
            self.assertEqual(set(event["args"]), set(watts))
            for domain, value in watts.items():
                self.assertAlmostEqual(float(event["args"][domain]), value, delta=1e-8 * max(1e-9, value) + 1e-15)

    def test_buffers(self):
        trace, _ = self.trace()
        for name, size in (("data0", 32768), ("data1", 32768), ("mask0", 4096), ("mask1", 4096), ("auxiliary", 16384)):
            values = [event["args"]["bytes"] for event in trace.counter(name)]
            self.assertEqual((values[0], values[-1]), (0, 0))
            self.assertLessEqual(max(values), size, name)
            # Operands of the second decoder are dense here.
            self.assertEqual(max(values) > 0, name != "mask1", name)

    def test_voltage_and_clock(self):
        """A sentence paced to a deadline: the points are those of the report, and a slower clock's cycles are longer."""
        trace, report = self.trace("--set", "exit.policy=lai", "--set", "exit.predictor=predictors/sst2-small.csv", "--set", "exit.deadline=20ms",
                                   "--set", "exit.threshold=0.05")
        clocks = [float(event["args"]["MHz"]) for event in trace.counter("clock of the accelerator")]
        volts = [float(event["args"]["V"]) for event in trace.counter("voltage of the accelerator")]
        points = report["sentences"][0]["points"]
        self.assertGreater(len(clocks), 1)
        self.assertTrue({point["hertz"] / 1e6 for point in points} <= set(clocks), (points, clocks))
        self.assertTrue({round(point["volts"], 6) for point in points} <= set(volts), (points, volts))
        self.assertEqual(len(trace.of("dvfs")), unit_of(report, "dvfs")["commands"])
        changes = [float(event["ts"]) for event in trace.counter("clock of the accelerator")]
        for event in trace.of("processing_unit"):
            megahertz = [clock for change, clock in zip(changes, clocks) if change <= event["ts"]][-1]
            cycles = event["args"]["busy_cycles"] + sum(event["args"].get(f"stalled_on_{cause}", 0) for cause in ("bus", "memory", "port"))
            self.assertAlmostEqual(float(event["dur"]) * megahertz, cycles, delta=cycles * 1e-6)


class Windows(TraceTest):
    def shown(self, trace):
        return {name: [(event["ts"], event["ts"] + event["dur"], event["name"]) for event in trace.of(name)] for name in trace.names()}

    def test_window_is_cut_out_of_the_whole(self):
        whole, _ = self.trace()
        end = max(event["ts"] + event["dur"] for event in whole.of("core"))
        for first, last in (("0.28ms", "0.3ms"), ("0.3ms", "0.34001ms"), ("0", "0.29ms"), ("0.4ms", "20ms"), ("0.27341ms", "273.9 us")):
            window, _ = self.trace("--trace-from", first, "--trace-to", last)
            low, high = (Decimal(text.removesuffix("us").removesuffix("ms")) * (1 if "us" in text else 1000) for text in (first, last))
            high = min(high, end)
            expected = {name: [(max(begin, low), min(stop, high), title) for begin, stop, title in slices if begin < high and stop > low]
                        for name, slices in self.shown(whole).items()}
            found = self.shown(window)
            for name, slices in expected.items():
                cut = [(begin, stop, re.sub("until .*", "", title)) for begin, stop, title in slices]
                self.assertEqual([(begin, stop, re.sub("until .*", "", title)) for begin, stop, title in found[name]], cut, (name, first, last))
            for events in window.counters.values():
                self.assertTrue(all(low <= event["ts"] <= high for event in events))
            for (pid, name), events in whole.counters.items():
                before = [event["args"] for event in events if event["ts"] <= low]
                if before and name in {each for _, each in window.counters}:
                    self.assertEqual(window.counters[pid, name][0]["args"], before[-1], name)

    def test_units(self):
        trace, _ = self.trace("--trace-units", "softmax", "--trace-units", "(core|dvfs)")
        self.assertEqual(trace.names(), ["core", "dvfs", "softmax"])
        self.assertEqual({name for _, name in trace.counters}, {"voltage of the accelerator", "clock of the accelerator"})
        self.assertGreater(len(trace.flows), 0)
        trace, _ = self.trace("--trace-units", "dma", "--trace-units", "interrupts")
        self.assertEqual({len(events) for events in trace.flows.values()}, {2})
        trace, _ = self.trace("--trace-units", "buffers")
        self.assertEqual((trace.names(), len(trace.flows), len(trace.counters)), ([], 0, 5))

    def test_limit(self):
        whole, _ = self.trace()
        for limit in ("128KiB", "200KiB"):
            process = self.run_tiny("--trace", "cut.json", "--trace-limit", limit)
            self.assert_succeeds(process)
            content = (self.folder / "cut.json").read_bytes()
            self.assertLessEqual(len(content), int(limit[:-3]) * 1024)
            self.assertGreaterEqual(len(content), int(limit[:-3]) * 1024 - 70000)
            trace = Trace(self, content)
            warned = re.fullmatch(r"edgebert-sim: warning: cut.json: the trace stops at (\d+\.\d{6}) ms, where it reached its limit; see --trace-limit, .*\n",
                                  process.stderr.decode())
            stopped = trace.file["otherData"]["stopped_at_microseconds"]
            self.assertAlmostEqual(float(warned.group(1)) * 1000, float(stopped), places=2)
            self.assertEqual(max(event["ts"] + event["dur"] for slices in trace.slices.values() for event in slices), stopped)
            expected = self.shown(whole)
            for name, slices in self.shown(trace).items():
                self.assertEqual(slices[:-1], expected[name][:max(0, len(slices) - 1)])

    def test_compressed(self):
        self.trace()
        self.assert_succeeds(self.run_tiny("--trace", "small.json.gz"))
        small = (self.folder / "small.json.gz").read_bytes()
        self.assertEqual(gzip.decompress(small), (self.folder / "trace.json").read_bytes())
        self.assertLess(len(small) * 6, (self.folder / "trace.json").stat().st_size)


class NothingChanges(ProgramTest):
    def test_reports_are_equal(self):
        for configuration in ([], ["--set", "core.quantum=7"], ["--set", "exit.threshold=0", "--set", "bus.register_latency=3"]):
            plain = self.tiny_report(*configuration)
            self.assertEqual(plain, self.tiny_report(*configuration, "--trace", "t.json", "--vcd", "t.vcd", "--dump", "all", "--dump-dir", "dumps"))
            self.assertEqual(plain, self.tiny_report(*configuration, "--trace", "t.json.gz", "--trace-units", "core", "--trace-to", "0.3ms"))

    def test_traces_do_not_depend_on_the_quantum(self):
        for name, quantum in (("one.json", "7"), ("two.json", "100000")):
            self.assert_succeeds(self.run_tiny("--trace", name, "--vcd", name + ".vcd", "--set", f"core.quantum={quantum}"))
        for suffix in ("", ".vcd"):
            self.assertEqual((self.folder / f"one.json{suffix}").read_bytes(), (self.folder / f"two.json{suffix}").read_bytes())


class FullSize(ProgramTest):
    """A sentence of ALBERT-base with random weights, through all layers."""

    TEXT = "the film holds your attention from the first minute to the last , and then it lets you go . " * 6

    def seconds(self, image, *arguments):
        """Processor time of the process, the lowest of three."""
        command = [SIM, "run", str(EDGEBERT), "--model", str(image), "--set", "exit.threshold=0", "--text", self.TEXT, *map(str, arguments)]
        taken = []
        for _ in range(3):
            process = os.posix_spawn(SIM, command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                                                                             (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)])
            _, status, usage = os.wait4(process, 0)
            self.assertEqual(status, 0)
            taken.append(usage.ru_utime + usage.ru_stime)
        return min(taken)

    def test_size_and_time(self):
        self.assert_succeeds(self.sim("generate", "-o", "checkpoint"))
        self.assert_succeeds(self.sim("compile", "--checkpoint", "checkpoint", "-o", "albert.image", "--embedding-sparsity", "0.6"))
        image = self.folder / "albert.image"
        plain = self.seconds(image)
        for name in ("trace.json", "trace.json.gz"):
            self.assertLess(self.seconds(image, "--trace", self.folder / name), 3 * plain, name)
            self.assertLess((self.folder / name).stat().st_size, 50e6, name)
        self.assertLess((self.folder / "trace.json.gz").stat().st_size * 6, (self.folder / "trace.json").stat().st_size)


class Mistakes(ProgramTest):
    def test_awkward_sentences(self):
        self.assert_succeeds(self.run_tiny("--trace", "trace.json", text=AWKWARD))
        content = (self.folder / "trace.json").read_bytes()
        self.assertTrue(content.isascii())
        self.assertFalse(re.search(rb"[\x00-\x09\x0b-\x1f]", content))
        sentence, = Trace(self, content).of("sentences")
        self.assertEqual(sentence["name"], AWKWARD)

    def test_failed_runs_leave_what_there_was(self):
        process = self.run_tiny("--trace", "trace.json", "--vcd", "waves.vcd", "--set", "limits.simulated_time=0.03ms")
        self.assertEqual(process.returncode, TIMEOUT)
        trace = Trace(self, (self.folder / "trace.json").read_text())
        self.assertTrue(trace.of("dma"))
        self.assertIn("$enddefinitions", (self.folder / "waves.vcd").read_text())
        self.assertTrue((self.folder / "waves.gtkw").exists())

    def test_a_full_disk_is_one_line(self):
        """As a file size limit acts: the run says which file, and leaves none."""
        for option, name in (("--trace", "trace.json"), ("--vcd", "waves.vcd")):
            command = f"ulimit -f 8; exec '{SIM}' run '{TINY}' --model '{IMAGE}' --text '{SENTENCE}' {option} {name}"
            process = subprocess.run(["bash", "-c", command], cwd=self.folder, capture_output=True, check=False)
            self.assertEqual(SANITIZER_REMARK.sub(b"", process.stderr).decode(), f"edgebert-sim: cannot write '{name}': File too large\n")
            self.assertEqual((process.returncode, process.stdout), (INPUT, b""))
            self.assertEqual(list(self.folder.iterdir()), [])

    def test_devices_and_pipes(self):
        os.mkfifo(self.folder / "pipe")
        with open(self.folder / "copy", "wb") as copy, subprocess.Popen(["cat", self.folder / "pipe"], stdout=copy):
            self.assert_succeeds(self.run_tiny("--trace", "pipe", "--vcd", "/dev/null"))
        Trace(self, (self.folder / "copy").read_bytes())
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["copy", "pipe"])
        self.assertFalse(os.path.exists("/dev/null.gtkw"))

    def test_refused_runs_leave_nothing(self):
        process = self.run_tiny("--trace", "trace.json", "--vcd", "waves.vcd", "--set", "memory.weight_memory.size=4 KiB")
        self.assertNotEqual(process.returncode, 0)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_options(self):
        for arguments, message in (
            (["--trace-from", "1ms"], "run: --trace-from needs --trace or --vcd"),
            (["--trace-units", "dma"], "run: --trace-units needs --trace or --vcd"),
            (["--trace", "t.json", "--trace-from", "1 parsec"], re.compile("edgebert-sim: --trace-from: .*")),
            (["--trace", "t.json", "--trace-from", "-1ms"], "--trace-from: '-1ms' is out of range"),
            (["--trace", "t.json", "--trace-from", "2ms", "--trace-to", "1ms"], "--trace-to 1ms: not later than --trace-from 2ms"),
            (["--trace", "t.json", "--trace-limit", "10KiB"], "--trace-limit 10KiB: less than 128 KiB, which any trace takes"),
            (["--trace", "t.json", "--trace-units", "sofmax"], re.compile("edgebert-sim: no unit to trace is called 'sofmax'; nearest is 'softmax' of .*")),
            (["--vcd", "t.gtkw"], "--vcd t.gtkw: that is what the save file beside it will be called; give another name")):
            self.assert_fails(self.run_tiny(*arguments), USAGE, message)
        self.assert_fails(self.run_tiny("--trace", "nowhere/t.json"), INPUT, re.compile("edgebert-sim: cannot write 'nowhere/t.json': .*"))
        before = TINY.read_bytes()
        self.assertNotEqual(self.run_tiny("--trace", str(TINY)).returncode, 0)
        self.assertEqual(TINY.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
