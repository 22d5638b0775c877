# SPDX-License-Identifier: Apache-2.0
"""Runs edgebert-sim for the tests beside this file."""
import fcntl
import json
import os
import pathlib
import pty
import re
import shutil
import struct
import subprocess
import tempfile
import termios
import unittest

SIM = os.environ["EDGEBERT_SIM"]
IMAGE = pathlib.Path(os.environ["EDGEBERT_IMAGE"])
POLLING_FIRMWARE = os.environ["EDGEBERT_POLLING_FIRMWARE"]  # answers without computing anything
SOURCE = pathlib.Path(os.environ["EDGEBERT_SOURCE"])
TINY = SOURCE / "configs" / "tiny.yaml"
EDGEBERT = SOURCE / "configs" / "edgebert.yaml"
SENTENCE = "a gorgeous , witty , seductive movie ."

# What AddressSanitizer says of every exception thrown after SystemC switched stacks.
SANITIZER_REMARK = re.compile(rb"==\d+==WARNING: ASan is ignoring requested __asan_handle_no_return.*\n"
                              rb"False positive error reports may follow\nFor details see .*\n")

# docs/exit_codes.md
INTERNAL, USAGE, INPUT, CONFIG, CHECKPOINT_OR_IMAGE, CAPACITY, FIRMWARE, MISMATCH, TIMEOUT, POINTS = range(1, 11)
INTERRUPTED = 130


def elf(words, machine=243):
    """A 32-bit little-endian executable of these instruction words at address 0. 243: RISC-V, psABI."""
    code = struct.pack(f"<{len(words)}I", *words)
    header = b"\x7fELF\x01\x01\x01" + bytes(9)
    header += struct.pack("<HHIIIIIHHHHHH", 2, machine, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    return header + struct.pack("<IIIIIIII", 1, 84, 0, 0, len(code), len(code), 5, 4) + code


class ProgramTest(unittest.TestCase):
    """A folder of its own for each test, and the program."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="edgebert-cli-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def sim(self, *arguments, environment=None):
        """@return the completed process with stdout and stderr as bytes"""
        env = {**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})}
        process = subprocess.run([SIM, *arguments], capture_output=True, env=env, cwd=self.folder, check=False)
        process.stderr = SANITIZER_REMARK.sub(b"", process.stderr)
        return process

    def run_tiny(self, *arguments, text=SENTENCE, **options):
        """`run` of one sentence on the small SoC."""
        return self.sim("run", TINY, "--model", IMAGE, "--text", text, *arguments, **options)

    def tiny_report(self, *arguments):
        """What run_tiny reports as JSON, but for the host's part."""
        process = self.run_tiny("--json", "-", *arguments)
        self.assert_succeeds(process)
        report = json.loads(process.stdout)
        del report["host"]
        return report

    def on_terminal(self, arguments, streams=("stdout",), environment=None, columns=None, code=0):
        """@return what the program, which ends with that code, writes to those of its streams: they are a terminal of so many columns"""
        try:
            controller, terminal = pty.openpty()
        except OSError as error:
            self.skipTest(f"this machine has no pseudo-terminals: {error}")
        if columns:
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        where = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **{stream: terminal for stream in streams}}
        with subprocess.Popen([SIM, *arguments], **where, env={**os.environ, "TERM": "xterm", **(environment or {})},
                              cwd=self.folder) as process:
            os.close(terminal)
            written = b""
            try:
                while chunk := os.read(controller, 65536):
                    written += chunk
            except OSError:  # Linux: the program closed the terminal
                pass
            self.assertEqual(process.wait(), code, written)
        os.close(controller)
        return written

    def assert_fails(self, process, code, message):
        """The exit code, nothing on stdout, and one line on stderr that is, or matches, the message."""
        lines = process.stderr.decode()
        self.assertEqual(process.returncode, code, lines)
        self.assertEqual(process.stdout, b"")
        self.assertTrue(lines.endswith("\n") and lines.count("\n") == 1, lines)
        if hasattr(message, "fullmatch"):
            self.assertRegex(lines[:-1], message)
        else:
            self.assertEqual(lines[:-1], "edgebert-sim: " + message)

    def assert_succeeds(self, process):
        self.assertEqual(process.returncode, 0, process.stderr.decode())
