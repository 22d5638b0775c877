# SPDX-License-Identifier: Apache-2.0
"""The README: its sample run is reproduced line for line, its commands exist with the options it names."""
import os
import pathlib
import re
import shlex
import subprocess
import unittest

SOURCE = pathlib.Path(os.environ["EDGEBERT_SOURCE"])
BUILD = pathlib.Path(os.environ["EDGEBERT_BUILD"])
README = (SOURCE / "README.md").read_text()
BLOCKS = re.findall(r"^```\n(.*?)^```$", README, re.M | re.S)


def run(*arguments):
    return subprocess.run([BUILD / arguments[0], *arguments[1:]], capture_output=True, text=True, cwd=SOURCE, check=False)


def first_difference(shown, printed):
    """Lines must follow one another as printed; a line of dots stands for any number of lines. @return what is wrong, or None"""
    at, skips = 0, False
    for line in shown:
        if line.strip() == "...":
            skips = True
            continue
        place = next((i for i in range(at, len(printed)) if printed[i] == line), None)
        if place is None or (place != at and not skips):
            return f"shown: {line!r}, printed: {printed[at] if at < len(printed) else 'nothing more'!r}"
        at, skips = place + 1, False
    return None if skips or at == len(printed) else f"printed but not shown: {printed[at]!r}"


class Readme(unittest.TestCase):
    def test_the_sample_run(self):
        block = next(block for block in BLOCKS if block.startswith("$ build/release/edgebert-sim run"))
        command, shown = re.fullmatch(r"\$ build/release/(.*?[^\\])\n(.*)", block, re.S).groups()
        process = run(*shlex.split(command.replace("\\\n", " ")))
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertIsNone(first_difference(shown.splitlines(), process.stdout.splitlines()))

    def test_the_comparison_notices(self):
        printed = ["a", "b", "c", "d"]
        self.assertIsNone(first_difference(["a", "...", "c", "d"], printed))
        for wrong in (["a", "c", "d"], ["...", "c", "b", "..."], ["a", "b"], ["a", "x", "..."]):
            self.assertIsNotNone(first_difference(wrong, printed), wrong)

    def test_commands_and_options_exist(self):
        block = next(block for block in BLOCKS if block.startswith("edgebert-sim run CONFIG"))
        help_of = {}
        for line in block.replace("\n    ", " ").splitlines():
            program, command = re.match(r"([\w-]+) ([\w-]+)", line).groups()
            arguments = [program, "--help"] if program == "iss-run" else [program, command, "--help"]
            text = help_of.setdefault(line, run(*arguments))
            self.assertEqual(text.returncode, 0, line)
            for option in re.findall(r"(?<![\w-])(--?[a-z][\w-]*)", line.split(" # ")[0]):
                self.assertRegex(text.stdout, rf"(?m)^  (.*,)?{option}\b", line)
        listed = re.search(r"Subcommands:\n(.*?)\n\n", run("edgebert-sim", "--help").stdout, re.S).group(1)
        for command in re.findall(r"^  ([a-z-]+) ", listed, re.M):
            self.assertRegex(block, rf"(?m)^edgebert-sim {command}\b")

    def test_scripts_it_names_exist_and_can_be_executed(self):
        for name in set(re.findall(r"\bscripts/[a-z_-]+\b(?!\.)", README)):
            self.assertTrue(os.access(SOURCE / name, os.X_OK), name)

    def test_it_is_short(self):
        self.assertLessEqual(README.count("\n"), 150)


if __name__ == "__main__":
    unittest.main()
