# SPDX-License-Identifier: Apache-2.0
"""What holds for the tree as a whole: who may include whom, file heads, sizes, formatting."""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

SOURCE = pathlib.Path(os.environ["EDGEBERT_SOURCE"])
ROOMS = ["contract", "ip", "platform", "firmware", "model", "golden", "sim"]

# A file whose path matches the first pattern may include, of the project, only paths that match the second.
# The first row that matches counts.
INCLUDE_RULES = [
    (r"contract/", r"contract/"),
    (r"ip/numerics/", r"contract/|ip/numerics/"),
    (r"ip/common/", r"contract/|ip/(numerics|common)/"),
    (r"ip/.*_regs\.hpp", r"contract/|ip/.*_regs\.hpp"),
    (r"ip/", r"contract/|ip/"),
    (r"platform/.*_regs\.hpp", r"contract/"),
    (r"platform/rv32/", r"contract/|platform/rv32/"),
    (r"platform/config/", r"contract/|ip/.*_cost\.hpp|ip/dvfs/(vf_curve|ldo|adpll)\.hpp|ip/envm/cell_model\.hpp|platform/config/"),
    (r"platform/", r"contract/|ip/|platform/"),
    (r"firmware/", r"contract/|firmware/|(ip|platform)/.*_regs\.hpp"),
    (r"model/", r"contract/|ip/numerics/adaptivfloat\.hpp|model/"),
    (r"golden/", r"contract/|golden/"),
    # The host asks firmware's plans whether a model can be scheduled; they are pure functions.
    (r"sim/schedule_check\.cpp", r"contract/|platform/config/|sim/|firmware/schedule/plans\.hpp"),
    (r"sim/", r"contract/|ip/|platform/|model/|golden/|sim/"),
]
# Computed or counted without a simulator.
SYSTEMC_FREE = r"contract/|ip/numerics/|ip/.*_(kernel|cost|regs)\.[ch]pp|ip/dvfs/(vf_curve|ldo|adpll|transition)\.[ch]pp|ip/envm/(?!envm\.hpp)|platform/(rv32|config)/|platform/debug/(?!soc_target)|platform/energy/(?!energy_account)|platform/tracing/(?!soc_probe)|model/|golden/|firmware/"
LONGEST_FILE = 500


def files(*suffixes):
    tracked = subprocess.run(["git", "-C", SOURCE, "ls-files"], capture_output=True, text=True, check=False)
    names = tracked.stdout.split("\n") if tracked.returncode == 0 and tracked.stdout else [
        str(path.relative_to(SOURCE)) for room in [*ROOMS, "tests"] for path in (SOURCE / room).rglob("*") if path.is_file()]
    return [name for name in names if name.endswith(suffixes) and (SOURCE / name).is_file()]


def of_rooms(names):
    return [name for name in names if name.split("/")[0] in ROOMS]


def text(name):
    return (SOURCE / name).read_text()


class Conventions(unittest.TestCase):
    maxDiff = None

    def test_there_is_something_to_look_at(self):
        rooms = {name.split("/")[0] for name in of_rooms(files(".hpp"))}
        self.assertEqual(rooms, set(ROOMS))

    def test_include_rule(self):
        broken = []
        for name in of_rooms(files(".hpp", ".cpp")):
            allowed = next(allowed for pattern, allowed in INCLUDE_RULES if re.match(pattern, name))
            for included in re.findall(r'^#include "([^"]+)"', text(name), re.M):
                if not re.match(allowed, included):
                    broken.append(f"{name} includes {included}")
        self.assertEqual(broken, [])

    def test_systemc_stays_out_of_arithmetic_and_tools(self):
        found = [name for name in of_rooms(files(".hpp", ".cpp"))
                 if re.match(SYSTEMC_FREE, name) and re.search(r"#include <(systemc|tlm)", text(name))]
        self.assertEqual(found, [])

    def test_firmware_headers_need_no_standard_library(self):
        found = []
        for name in files("_regs.hpp"):
            found += [f"{name} includes <{header}>" for header in re.findall(r"#include <([^>]+)>", text(name))
                      if header != "stdint.h"]
        self.assertEqual(found, [])

    def test_library_code_neither_prints_nor_exits(self):
        pattern = r"std::cout|std::cerr|\bprintf\(|fmt::print|std::exit\(|\bexit\(\d|\babort\("
        found = [name for name in files(".hpp", ".cpp")
                 if name.split("/")[0] in ["contract", "ip", "platform", "model", "golden"] and re.search(pattern, text(name))]
        self.assertEqual(found, [])

    def test_file_heads_and_sizes(self):
        for name in files(".hpp", ".cpp", ".S"):
            with self.subTest(name):
                content = text(name)
                self.assertTrue(content.startswith("// SPDX-License-Identifier: Apache-2.0\n"))
                self.assertTrue(content.isascii())
                if name.split("/")[0] in ROOMS:
                    self.assertLessEqual(content.count("\n"), LONGEST_FILE)
                if name.endswith(".hpp"):
                    self.assertIn("#pragma once", content)

    def test_readme_is_short(self):
        self.assertLessEqual(text("README.md").count("\n"), 150)

    def test_formatting(self):
        if shutil.which("clang-format") is None:
            self.skipTest("clang-format is not installed")
        result = subprocess.run(["clang-format", "--dry-run", *files(".hpp", ".cpp")], cwd=SOURCE, capture_output=True, text=True, check=True)
        self.assertEqual(sorted(set(re.findall(r"^([^:\n]+):\d+:\d+: warning: code should be clang-formatted", result.stderr, re.M))), [])


if __name__ == "__main__":
    unittest.main()
