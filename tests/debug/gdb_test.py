# SPDX-License-Identifier: Apache-2.0
"""The program under gdb-multiarch: what a person does with a debugger, on our firmware and on one that takes interrupts."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest

from program import IMAGE, INTERRUPTED, SENTENCE, SIM, SOURCE, TINY, USAGE, ProgramTest, elf

FIRMWARE = os.environ["EDGEBERT_FIRMWARE"]
TICKING = os.environ["EDGEBERT_TICKING_FIRMWARE"]
GDB = shutil.which("gdb-multiarch")


class Session(ProgramTest):
    def command(self, *arguments):
        return [SIM, "run", str(TINY), "--model", str(IMAGE), "--text", SENTENCE, *arguments]

    def start(self, *arguments):
        """The program, waiting on a free port. @return process, port"""
        process = subprocess.Popen(self.command("--gdb", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder)
        self.addCleanup(lambda: (process.kill(), process.communicate()))
        port = re.search(rb"127\.0\.0\.1:(\d+)", process.stderr.readline()).group(1).decode()
        return process, port

    def gdb(self, firmware, port, *lines):
        """@return what gdb says to the lines; what the target says of itself comes last"""
        commands = ["set pagination off", "set confirm off", "set width 0", "set style enabled off", f"target remote 127.0.0.1:{port}", *lines]
        script = self.write("session.gdb", "\n".join(commands) + "\n")
        process = subprocess.run([GDB, "-q", "-nx", "-batch", "-x", script, firmware], capture_output=True, text=True, timeout=120, check=False)
        return process.stdout + process.stderr

    def assert_in_order(self, text, *patterns):
        at = 0
        for pattern in patterns:
            found = re.compile(pattern, re.M).search(text, at)
            self.assertIsNotNone(found, f"no {pattern!r} after {text[:at][-200:]!r} in\n{text}")
            at = found.end()


class OurFirmware(Session):
    def test_break_look_step_finish(self):
        process, port = self.start()
        text = self.gdb(
            FIRMWARE, port, "print/x $pc", "break edgebert::firmware::classify", "continue", "backtrace", "print job.kind", "print job.tokens",
            "print machine.capabilities.lanes", "monitor time", "next", "stepi", "monitor time", "finish", "print result.exit_layer",
            "print/x $mie", "print/x $mtvec", "monitor registers dma", "x/2xw 0x60006000", "x/1xb 0x60006003", "x/1xw 0x70010000", "detach")
        self.assert_in_order(
            text, r"\$1 = 0x0$", r"^Breakpoint 1, edgebert::firmware::classify", r"^#0 .*classify", r"^#1 .*serve", r"^#2 .*main",
            r"= edgebert::mailbox::JobKind::classify", r"= 13$", r"= 8$", r"in edgebert::firmware::serve|serve \(\)",
            r"= 0x800$", r"= 0x[0-9a-f]+$", r"^0x60006000:\t0xeb060001\t0x00000001", r"^0x60006003:\t0xeb", r"^0x70010000:\t0x00000000", "detached",
            r"ms, core cycle \d+", r"ms, core cycle \d+", r"0x60006000 ID +0xeb060001 \(kind 60166, version 1\)",
            r"MODE +0x[0-9a-f]{8} \(operation \d, buffer \d\)")
        stdout, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assertIn(b"positive  98.9 %", stdout)

    def test_results_are_the_same(self):
        """Looking, stopping and going on changes nothing but the host's side of the report."""
        self.assert_succeeds(self.run_tiny("--json", "plain.json"))
        for name, lines in {
                "continue.json": ["continue"],
                "look.json": ["break edgebert::firmware::wait_for_units", "ignore 1 30", "continue", "stepi 40", "x/64xw 0x60000000",
                              "x/4xw 0x70001000", "watch *(int*)0x10000b10", "delete 1", "continue", "monitor registers timer", "delete", "continue"],
                "detach.json": ["stepi 5", "detach"]}.items():
            process, port = self.start("--json", name)
            self.gdb(FIRMWARE, port, *lines)
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, name)
        reports = [json.loads((self.folder / name).read_text()) for name in ("plain.json", "continue.json", "look.json", "detach.json")]
        for report in reports:
            del report["host"]
            self.assertEqual(report, reports[0])

    def test_kill(self):
        process, port = self.start("--json", "report.json")
        self.gdb(FIRMWARE, port, "stepi", "kill")
        stdout, stderr = process.communicate(timeout=60)
        self.assertEqual((process.returncode, stdout), (INTERRUPTED, b""))
        # The last line: under a sanitizer its run-time library warns of SystemC's stacks first.
        self.assertEqual(stderr.splitlines()[-1:], [b"edgebert-sim: boot: ended by the debugger"])
        self.assertFalse((self.folder / "report.json").exists())

    def test_the_end(self):
        _, port = self.start()
        self.assertIn("exited normally", self.gdb(FIRMWARE, port, "continue"))

    def test_over_a_pipe(self):
        program = " ".join(f"'{argument}'" for argument in self.command("--gdb", "stdio"))
        script = self.write("pipe.gdb", f"set confirm off\ntarget remote | {program}\nbreak edgebert::firmware::serve\ncontinue\ndetach\n")
        process = subprocess.run([GDB, "-q", "-nx", "-batch", "-x", script, FIRMWARE], capture_output=True, text=True, timeout=120, check=False)
        self.assertIn("Breakpoint 1, edgebert::firmware::serve", process.stdout)

    def test_wall_clock_stands_still(self):
        process, port = self.start("--set", "limits.wall_time=2s")
        self.gdb(FIRMWARE, port, "shell sleep 4", "continue")
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)

    def test_failure_can_be_looked_at(self):
        endless = self.write("endless.elf", elf([0x0000006F]))  # j .
        process, port = self.start("--firmware", endless)
        text = self.gdb(endless, port, "continue", "print/x $pc", "detach")
        self.assert_in_order(text, r"SIGABRT", r"= 0x0$", r"edgebert-sim: sentence 1: no answer within")
        self.assertNotEqual(process.wait(timeout=60), 0)


class Interrupts(Session):
    def test_backtrace_through_a_handler(self):
        _, port = self.start("--firmware", TICKING)
        text = self.gdb(TICKING, port, "break on_timer", "continue", "backtrace", "print/x $mcause", "finish", "up", "info symbol $pc",
                        "delete", "tbreak answer_jobs", "continue", "print ticks", "detach")
        self.assert_in_order(text, r"^Breakpoint 1, on_timer", r"^#0 +on_timer", r"^#1 +<signal handler called>", r"^#2 .*wait_for_ticks", r"^#3 .*main",
                             r"= 0x80000007$", r"wait_for_ticks", r"temporary|Temporary",
                             r"= \{count = 3, last_cycle = \d+, mood = \{colour = 7 '\\a', temperature = -30\}\}")

    def test_watchpoints(self):
        _, port = self.start("--firmware", TICKING)
        text = self.gdb(TICKING, port, "watch ticks.count", "continue", "continue", "delete", "rwatch ticks.count", "continue", "delete",
                        "awatch *(unsigned*)0x70001008", "continue", "detach")
        self.assert_in_order(text, r"Hardware watchpoint 1", r"Old value = 0", r"New value = 1", r"Old value = 1", r"New value = 2",
                             r"Hardware read watchpoint 2", r"^Value = 2", r"Hardware access \(read/write\) watchpoint 3")

    def test_hardware_breakpoint_recursion_and_changed_memory(self):
        process, port = self.start("--firmware", TICKING, "--json", "report.json")
        text = self.gdb(TICKING, port, "hbreak sum_up_to if number == 7", "continue", "backtrace", "set variable number = 0", "print number", "delete",
                        "continue")
        self.assert_in_order(text, r"sum_up_to \(number=(number@entry=)?7\)", r"^#0 .*=7\)", r"^#3 .*=10\)", r"^#4 .*answer_jobs", r"= 0$",
                             "exited normally")
        process.communicate(timeout=60)
        self.assertEqual(json.loads((self.folder / "report.json").read_text())["sentences"][0]["prediction"], 0)  # 10 + 9 + 8

    def test_devices_are_looked_at_only(self):
        _, port = self.start("--firmware", TICKING)
        self.assertIn("Cannot access memory at address 0x60001004", self.gdb(TICKING, port, "set *(int*)0x60001004 = 1"))

    def test_call_a_function_and_come_back(self):
        _, port = self.start("--firmware", TICKING)
        text = self.gdb(TICKING, port, "break answer_jobs", "continue", "print sum_up_to(4)", "backtrace", "detach")
        self.assert_in_order(text, r"= 10$", r"^#0 .*answer_jobs")


class Protocol(Session):
    def test_ctrl_c(self):
        endless = self.write("endless.elf", elf([0x0000006F]))
        process, port = self.start("--firmware", endless, "--set", "core.quantum=1000")
        with socket.create_connection(("127.0.0.1", int(port))) as gdb:
            gdb.settimeout(20)
            gdb.sendall(b"$QStartNoAckMode#b0$c#63\x03")
            received = b""
            while b"T0" not in received:
                received += gdb.recv(4096)
            gdb.sendall(b"$k#6b")
        process.communicate(timeout=60)
        # Ten simulated milliseconds of boot may end before the interrupt is seen; then the failure is shown.
        self.assertIn(process.returncode, (INTERRUPTED, 9))
        self.assertRegex(received, rb"T0[26]thread:1;")

    def test_ctrl_c_in_gdb(self):
        """Running sentences are interrupted, looked at while time stands still, and go on to their report."""
        process = subprocess.Popen([SIM, "run", TINY, "--model", IMAGE, "--dataset", SOURCE / "checkpoints" / "sst2-small" / "dev.tsv", "--limit", "400", "--gdb"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder)
        self.addCleanup(lambda: (process.kill(), process.communicate()))
        port = re.search(rb"127\.0\.0\.1:(\d+)", process.stderr.readline()).group(1).decode()
        script = self.write("session.gdb", "\n".join([
            "set pagination off", "set confirm off", f"target remote 127.0.0.1:{port}", "tbreak edgebert::firmware::classify", "continue",
            f"shell touch '{self.folder}/running'", "continue", "monitor time", "shell sleep 0.3", "monitor time", "backtrace", "stepi",
            "monitor time", "detach"]) + "\n")
        with subprocess.Popen([GDB, "-q", "-nx", "-batch", "-x", script, FIRMWARE], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as gdb:
            deadline = time.monotonic() + 60
            while not (self.folder / "running").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(0.3)
            gdb.send_signal(signal.SIGINT)
            text = gdb.communicate(timeout=60)[0]
        self.assert_in_order(text, r"Program received signal SIGINT", r"^#\d+ .*(serve|main)", "detached")
        times = re.findall(r"^[\d.]+ ms, core cycle (\d+), \d+ instructions", text, re.M)
        self.assertEqual(times[0], times[1])
        self.assertEqual(len(times), 3)
        stdout, _ = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0)
        self.assertIn(b"400 sentences", stdout)

    def test_options(self):
        for port in ("99999", "-1", "gdb", "12a"):
            self.assert_fails(self.run_tiny(f"--gdb={port}"), USAGE, f"--gdb: '{port}' is no port from 0 to 65535 and not 'stdio'")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.assert_fails(self.run_tiny("--gdb", str(port)), USAGE,
                              re.compile(rf"edgebert-sim: cannot listen for a debugger on 127\.0\.0\.1:{port}: Address already in use; .*"))
        self.assert_fails(self.run_tiny("--gdb", "stdio", "--json", "-"), USAGE, "run: --gdb stdio and --json - both want standard output")


if __name__ == "__main__":
    if GDB is None:
        print("gdb-multiarch is not installed: scripts/install-packages --debug")
        raise SystemExit(0)
    unittest.main()
