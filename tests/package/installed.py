# SPDX-License-Identifier: Apache-2.0
"""The installation that the tests beside this file use, and how they build against it."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PREFIX = pathlib.Path(os.environ["EDGEBERT_PREFIX"])
SOURCE = pathlib.Path(os.environ["EDGEBERT_SOURCE"])
BUILD = pathlib.Path(os.environ["EDGEBERT_BUILD"])
WORK = pathlib.Path(os.environ["EDGEBERT_WORK"])
DATA = PREFIX / "share" / "edgebert"
EXAMPLES = DATA / "examples"
SENTENCE = "a gorgeous , witty , seductive movie ."


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)


class InstalledTest(unittest.TestCase):
    """An empty folder for each test."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="edgebert-package-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def succeed(self, *command, **options):
        """@return stdout"""
        process = run(*command, cwd=self.folder, **options)
        self.assertEqual(process.returncode, 0, process.stdout + process.stderr)
        return process.stdout

    def build(self, source):
        """Configures and builds a project against the installation. @return its build folder"""
        folder = WORK / source.name
        launcher = os.environ.get("EDGEBERT_COMPILER_LAUNCHER", "")
        self.succeed("cmake", "-G", "Ninja", "-S", source, "-B", folder, f"-DCMAKE_PREFIX_PATH={PREFIX}",
                     f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
        self.succeed("cmake", "--build", folder, "--parallel", "1")
        return folder

    def report(self, *arguments):
        """The installed program's run of SENTENCE. @return its JSON report"""
        return json.loads(self.succeed(PREFIX / "bin" / "edgebert-sim", "run", *arguments, "--text", SENTENCE, "--json", "-"))
