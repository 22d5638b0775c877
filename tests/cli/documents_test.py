# SPDX-License-Identifier: Apache-2.0
"""Pages that the program prints are the pages in docs/; help and version."""
import unittest

from program import EDGEBERT, SOURCE, TINY, ProgramTest


class Documents(ProgramTest):
    def assert_prints(self, page, *arguments):
        process = self.sim(*arguments)
        self.assert_succeeds(process)
        self.assertEqual(process.stdout.decode(), (SOURCE / "docs" / page).read_text(),
                         f"docs/{page} is out of date: edgebert-sim {' '.join(arguments)} > docs/{page}")

    def test_registers(self):
        self.assert_prints("registers.md", "registers", "--markdown")

    def test_configuration(self):
        self.assert_prints("configuration.md", "config", "--markdown")

    def test_exit_codes(self):
        self.assert_prints("exit_codes.md", "--exit-codes")

    def test_help_names_every_command_and_exit_code(self):
        text = self.sim("--help").stdout.decode()
        for word in ("run", "sweep", "compile", "quantize-report", "generate", "replay-vectors", "replay-entropies", "study", "report", "compare", "calibrate", "config", "registers",
                     "Exit codes:"):
            self.assertIn(word, text)
        for code in (*range(11), 130):
            self.assertRegex(text, rf"\n {{2,4}}{code}  \w")

    def test_version(self):
        self.assertRegex(self.sim("--version").stdout.decode(), r"^edgebert-sim \d+\.\d+\.\d+\n$")

    def test_config_shows_value_origin_and_description(self):
        process = self.sim("config", TINY, "--set", "exit.threshold=0.1")
        self.assert_succeeds(process)
        text = process.stdout.decode()
        self.assertRegex(text, rf"\npu\.vmac_lanes +8 +{TINY}:\d+\n    n: vector MACs")
        self.assertRegex(text, r"\nexit\.threshold +0\.1 nat +--set\n")
        self.assertRegex(text, r"\nbuffers\.data +32 KiB ")
        self.assertRegex(text, r"\nmemory\.envm\.size +2 MiB +default\n")

    def test_config_hash_is_of_values_not_of_spelling(self):
        def config_hash(*arguments):
            return self.sim("config", *arguments).stdout.decode().splitlines()[0].split()[-1]

        spelled = self.write("spelled.yaml", "version: 1\nbuffers: {data: 131072}\n")
        self.assertEqual(config_hash(EDGEBERT), config_hash(spelled))
        self.assertNotEqual(config_hash(EDGEBERT), config_hash(TINY))


if __name__ == "__main__":
    unittest.main()
