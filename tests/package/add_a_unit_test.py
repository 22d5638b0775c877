# SPDX-License-Identifier: Apache-2.0
"""docs/add_a_unit.md: its unit builds against the installation, its own tests pass, and the SoC that has it runs."""
import unittest

from installed import DATA, EXAMPLES, InstalledTest


class AddAUnit(InstalledTest):
    def test_the_worked_example(self):
        example = EXAMPLES / "add_a_unit"
        folder = self.build(example)
        self.succeed("ctest", "--test-dir", folder, "--output-on-failure")
        printed = self.succeed(folder / "gelu_soc", DATA / "configs" / "edgebert.yaml", folder / "gelu-firmware.elf",
                               example / "energy.yaml")
        # 4 rows of 3 vectors of words, gelu_cost.hpp: 4 (3 * 5 + 1) + 2; 160 elements of 0.5 pJ.
        self.assertEqual(printed, "firmware ended well, 160 codes equal to golden, 66 cycles (formula: 66), 80.0 pJ\n")


if __name__ == "__main__":
    unittest.main()
