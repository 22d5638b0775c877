# SPDX-License-Identifier: Apache-2.0
"""Other people's SystemC programs: the examples build against the installation, run, and agree with the program."""
import unittest

from installed import DATA, EXAMPLES, PREFIX, SENTENCE, SOURCE, InstalledTest


class Consumers(InstalledTest):
    def test_a_top_around_the_soc_gets_the_program_s_answer_and_cycles(self):
        program = self.build(EXAMPLES / "soc_top") / "soc_top"
        for config in ("edgebert.yaml", "cmodel.yaml"):
            with self.subTest(config):
                report = self.report(config)
                sentence = report["sentences"][0]
                printed = self.succeed(program, DATA / "configs" / config, DATA / "sst2-small.image",
                                       DATA / "edgebert-firmware.elf", SENTENCE)
                self.assertEqual(printed, f"{report['labels'][sentence['prediction']]} behind layer {sentence['exit_layer']}, "
                                          f"{sentence['cycles']} accelerator cycles\n")

    def test_a_single_unit_on_a_bus_of_one_s_own_equals_golden(self):
        program = self.build(EXAMPLES / "single_unit") / "single_unit"
        # One row of one vector, sfu_cost.hpp: 13 + 3 * 3 + 1 + 2 cycles.
        self.assertRegex(self.succeed(program), r"^softmax of 12 scores: 25 cycles, row scale \d+ / 2\^20, equal to golden\n$")

    def test_the_package_says_where_it_is_and_names_no_other_place(self):
        for file in (PREFIX / "lib").rglob("*.cmake"):
            self.assertNotIn(str(SOURCE), file.read_text(), file)


if __name__ == "__main__":
    unittest.main()
