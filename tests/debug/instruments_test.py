# SPDX-License-Identifier: Apache-2.0
"""Profile, console, log and register traces: what they say, and that they change no result."""
import json
import os
import pty
import re
import subprocess
import unittest

from program import IMAGE, SENTENCE, SIM, TINY, USAGE, ProgramTest

TICKING = os.environ["EDGEBERT_TICKING_FIRMWARE"]
EVERYTHING = ["--profile", "profile.json", "--log", ".*=debug", "--trace-registers", ".*"]


class NothingChanges(ProgramTest):
    def test_reports_are_equal(self):
        for configuration in ([], ["--set", "core.quantum=7"], ["--set", "exit.threshold=0", "--set", "bus.register_latency=3"]):
            self.assertEqual(self.tiny_report(*configuration), self.tiny_report(*configuration, *EVERYTHING))


class Profile(ProgramTest):
    def profile(self, *arguments):
        process = self.run_tiny("--profile", "profile.json", *arguments)
        self.assert_succeeds(process)
        return json.loads((self.folder / "profile.json").read_text()), process.stdout.decode()

    def test_every_cycle_belongs_to_one_function_and_one_wait(self):
        profile, _ = self.profile()
        self.assertEqual(list(profile), ["schema", "quantities", "total", "functions", "waits"])
        for kind in ("executed_cycles", "slept_cycles"):
            self.assertEqual(sum(function["self"][kind] for function in profile["functions"]), profile["total"][kind])
            for function in profile["functions"]:
                self.assertLessEqual(function["self"][kind], function["with_callees"][kind])
                self.assertLessEqual(function["with_callees"][kind], profile["total"][kind])
        self.assertEqual(sum(wait["cycles"] for wait in profile["waits"]), profile["total"]["slept_cycles"])
        functions = {function["function"]: function for function in profile["functions"]}
        serve, classify = functions["edgebert::firmware::serve"], functions["edgebert::firmware::classify"]
        self.assertEqual((serve["calls"], classify["calls"]), (1, 1))
        self.assertEqual(serve["with_callees"]["slept_cycles"], profile["total"]["slept_cycles"])
        mailbox = next(wait["cycles"] for wait in profile["waits"] if wait["interrupt"] == "mailbox")
        self.assertEqual(classify["with_callees"]["slept_cycles"], profile["total"]["slept_cycles"] - mailbox)
        self.assertEqual(functions["edgebert::firmware::hal::wait_for_interrupt"]["self"]["slept_cycles"], profile["total"]["slept_cycles"])
        self.assertEqual({wait["interrupt"] for wait in profile["waits"]}, {"dma", "processing_unit", "layernorm", "element_add", "mailbox"})

    def test_cycles_are_those_of_the_simulated_time(self):
        """The core never stands: executed and slept cycles add up to the time of firmware's end."""
        profile, _ = self.profile("--log", "exit_device=info")
        process = self.run_tiny("--log", "exit_device=info")
        milliseconds = float(re.search(rb"\[ *([\d.]+) ms\] exit_device info: firmware ends with code 0", process.stderr).group(1))
        total = profile["total"]["executed_cycles"] + profile["total"]["slept_cycles"]
        # 500 MHz; the write of the exit code takes some cycles more.
        self.assertLessEqual(abs(total - milliseconds * 500e3), 20)

    def test_recursion_and_interrupt_handlers(self):
        profile, text = self.profile("--firmware", TICKING)
        functions = {function["function"]: function for function in profile["functions"]}
        recursive = functions["sum_up_to"]
        self.assertEqual(recursive["calls"], 11)
        self.assertEqual(recursive["self"], recursive["with_callees"])
        handler = functions["trap_entry"]
        self.assertEqual((handler["calls"], functions["on_timer"]["calls"]), (3, 3))
        waiting = functions["wait_for_ticks"]
        self.assertGreater(waiting["with_callees"]["executed_cycles"],
                           waiting["self"]["executed_cycles"] + handler["with_callees"]["executed_cycles"] - 1)
        self.assertRegex(text, r"(?m)^  sum_up_to +11 ")

    def test_text(self):
        _, text = self.profile()
        table = text[text.index("\nfirmware "):]
        self.assertTrue(all(len(line) <= 100 for line in table.split("\n")))
        self.assertRegex(table, r"(?m)^firmware   [\d,]+ core cycles from reset to its end: [\d,]+ executed, [\d,]+ slept$")
        self.assertRegex(table, r"(?m)^  hal::wait_for_interrupt +\d+ ")
        self.assertRegex(table, r"(?m)^  dma +\d+ +[\d,]+ +\d+\.\d %$")

    def test_file_that_is_an_input(self):
        before = TINY.read_bytes()
        self.assertNotEqual(self.run_tiny("--profile", str(TINY)).returncode, 0)
        self.assertEqual(TINY.read_bytes(), before)


class Log(ProgramTest):
    LINE = re.compile(r"\[ *(\d+\.\d{6}) ms\] ([a-z_]+) (error|warning|info|debug): (.*)")

    def lines(self, *arguments):
        process = self.run_tiny(*arguments)
        self.assert_succeeds(process)
        return process.stderr.decode().splitlines()

    def test_console(self):
        lines = self.lines("--firmware", TICKING)
        self.assertEqual(len(lines), 5)
        times = [float(re.fullmatch(r"\[ {3}(0\.\d{3}) ms\] tick", line).group(1)) for line in lines[:3]]
        self.assertEqual(times, [0.004, 0.008, 0.013])
        self.assertRegex(lines[3], r"^\[ +0\.0\d\d ms\] red \\x1b\[31m and a bell\\x07$")
        self.assertRegex(lines[4], r"^\[ +0\.0\d\d ms\] a line without an end$")
        self.assertEqual(self.lines("--firmware", TICKING, "--log", "console=off"), [])

    def test_levels_and_order(self):
        self.assertEqual(self.lines("--log", ".*=warning"), [])
        found = [self.LINE.fullmatch(line) for line in self.lines("--log", "(mailbox|dma)=info", "--log", "dma=debug")]
        self.assertTrue(all(found))
        self.assertEqual({(match[2], match[3]) for match in found}, {("mailbox", "info"), ("dma", "debug")})
        self.assertEqual([match[4] for match in found if match[2] == "mailbox"], ["job 1 arrives", "job 1 is answered", "job 2 arrives"])
        dma = [match for match in found if match[2] == "dma"]
        times = [float(match[1]) for match in dma]
        self.assertEqual(times, sorted(times))
        self.assertTrue(dma[0][4].startswith("starts layer 0 embedding_norm, head 0, row 0, column 0"), dma[0][4])
        self.assertEqual(len(dma) % 2, 0)

    def test_registers(self):
        found = [self.LINE.fullmatch(line) for line in self.lines("--trace-registers", "early_exit")]
        self.assertTrue(found and all(found))
        self.assertEqual({match[2] for match in found}, {"early_exit"})
        texts = [match[4] for match in found]
        self.assertRegex(texts[0], r"^core reads ID -> 0xeb050001 \(kind 60165, version 1\), pc 0x[0-9a-f]{8} edgebert::firmware::initialise\+0x[0-9a-f]+$")
        self.assertTrue(any(re.match(r"core writes CONTROL <- 0x00000001 \(start 1\), pc ", text) for text in texts), texts)
        self.assertTrue(any(re.match(r"core writes TAG <- 0x00001101 \(layer 1, operator 17, head 0\), pc ", text) for text in texts), texts)

    def test_mistakes(self):
        for arguments, message in (
            (["--log", "dmaa=info"], r"no log source is called 'dmaa'; nearest is 'dma' of accelerator, .*"),
            (["--log", "dma=inf"], r"--log dma=inf: no level is called 'inf'; nearest is 'info' of off, error, warning, info, debug"),
            (["--log", "dma"], r"--log dma: give NAME=LEVEL, like dma=debug or '\.\*=info'"),
            (["--log", "(dma=info"], r"'\(dma' is neither a log source nor a regular expression; nearest is 'dma'"),
            (["--trace-registers", "timmer"], r"no block of registers is called 'timmer'; nearest is 'timer' of .*")):
            self.assert_fails(self.run_tiny(*arguments), USAGE, re.compile("edgebert-sim: " + message))

    def test_colours_on_terminals_only(self):
        for no_color, coloured in (("", True), ("1", False)):
            master, slave = pty.openpty()
            environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm", "NO_COLOR": no_color}
            with subprocess.Popen([SIM, "run", TINY, "--model", IMAGE, "--text", SENTENCE, "--log", "mailbox=info"], stderr=slave,
                                  stdout=subprocess.DEVNULL, env=environment) as process:
                process.wait(timeout=60)
            os.close(slave)
            text = os.read(master, 65536)
            os.close(master)
            self.assertIn(b"job 1 arrives", text)
            self.assertEqual(b"\x1b[" in text, coloured)


if __name__ == "__main__":
    unittest.main()
