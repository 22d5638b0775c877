# SPDX-License-Identifier: Apache-2.0
"""Firmware built outside the tree: the example policy runs, and decides as its rule says."""
import json
import re
import unittest

from installed import EXAMPLES, PREFIX, InstalledTest, run

SENTENCES = ["it 's not without its flaws , but the film still holds your attention .",
             "a gorgeous , witty , seductive movie .",
             "the plot is nothing but boilerplate cliches from start to finish ."]
WANTED = 3  # layers, examples/firmware/main.cpp


class Firmware(InstalledTest):
    def report(self, text, *arguments):
        """@return the sentence's report, and what firmware printed"""
        process = run(PREFIX / "bin" / "edgebert-sim", "run", "edgebert.yaml", "--text", text, "--json", "-", *arguments,
                      cwd=self.folder)
        self.assertEqual(process.returncode, 0, process.stderr)
        return json.loads(process.stdout)["sentences"][0], process.stderr

    def test_patience(self):
        elf = self.build(EXAMPLES / "firmware") / "patience.elf"
        exits = set()
        for text in SENTENCES:
            with self.subTest(text):
                ours, printed = self.report(text, "--firmware", elf, "--log", "console=info")
                said = [int(number) for number in re.findall(r"layer \d+ says class (\d)", printed)]
                self.assertEqual(len(said), ours["exit_layer"])
                self.assertEqual(said[-1], ours["prediction"])
                # The first layer behind which the class has been repeated WANTED times, or the last one.
                repeats = [layer for layer in range(WANTED, 12) if len(set(said[layer - WANTED:layer + 1])) == 1]
                self.assertEqual(ours["exit_layer"], repeats[0] + 1 if repeats else 12)
                # The layers themselves are those of the shipped firmware, which leaves nowhere here.
                shipped, _ = self.report(text, "--set", "exit.policy=base")
                self.assertEqual(ours["entropy"], shipped["entropy"][:ours["exit_layer"]])
                self.check_predictions(text, said, ours["entropy"])
                exits.add(ours["exit_layer"])
        self.assertGreater(len(exits), 1)

    def check_predictions(self, text, said, entropy):
        """The shipped firmware leaves behind the first layer below a threshold: each new minimum of the entropy."""
        for layer, nats in enumerate(entropy):
            if layer == 0 or nats < min(entropy[:layer]):
                shipped, _ = self.report(text, "--set", f"exit.threshold={nats + 2 ** -16:.9f}")
                self.assertEqual((shipped["exit_layer"], shipped["prediction"]), (layer + 1, said[layer]))

    def test_the_linker_refuses_static_constructors(self):
        source = self.folder / "own"
        source.mkdir()
        (source / "CMakeLists.txt").write_text((EXAMPLES / "firmware" / "CMakeLists.txt").read_text())
        (source / "main.cpp").write_text(
            '#include "firmware/main.hpp"\nextern int volatile_count(); struct Late { Late() : v(volatile_count()) {} int v; };\n'
            "Late late; int volatile_count() { return *reinterpret_cast<volatile int*>(0x10000000); }\n"
            "namespace edgebert::firmware { void serve() {} }\n")
        folder = self.folder / "build"
        self.succeed("cmake", "-G", "Ninja", "-S", source, "-B", folder, f"-DCMAKE_PREFIX_PATH={PREFIX}")
        process = run("cmake", "--build", folder)
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("static constructors are not run: use constinit", process.stdout)


if __name__ == "__main__":
    unittest.main()
