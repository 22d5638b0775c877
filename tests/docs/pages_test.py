# SPDX-License-Identifier: Apache-2.0
"""Pages: shown files and output are what there is, links lead somewhere, the index is complete, pictures are well-formed."""
import os
import pathlib
import re
import subprocess
import sys
import unittest
import xml.etree.ElementTree

SOURCE = pathlib.Path(os.environ["EDGEBERT_SOURCE"])
BUILD = pathlib.Path(os.environ["EDGEBERT_BUILD"])
DOCS = SOURCE / "docs"
PAGES = [SOURCE / "README.md", *sorted(DOCS.glob("*.md"))]


def prose(page):
    """A page without what stands in fenced blocks and code."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S))


def anchors(page):
    """GitHub's names of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


class Pages(unittest.TestCase):
    maxDiff = None

    def assert_up_to_date(self, script):
        process = subprocess.run([sys.executable, SOURCE / "scripts" / script, "--check", "--build", BUILD], capture_output=True, text=True,
                                 check=False)
        self.assertEqual((process.stdout, process.stderr, process.returncode), ("", "", 0))

    def test_shown_files_and_output(self):
        self.assert_up_to_date("make_example_docs")

    def test_pictures_are_those_of_the_configuration_and_a_run(self):
        self.assert_up_to_date("make_pictures")

    def test_pictures_are_whole_and_for_light_and_dark(self):
        for name in ("soc_block.svg", "layer_schedule.svg"):
            text = (DOCS / name).read_text()
            root = xml.etree.ElementTree.fromstring(text)
            width, height = (float(number) for number in root.get("viewBox").split()[2:])
            self.assertIn("prefers-color-scheme: dark", text)
            for element in root.iter():
                x, y = float(element.get("x", 0)), float(element.get("y", 0))
                self.assertTrue(0 <= x + float(element.get("width", 0)) <= width and 0 <= y + float(element.get("height", 0)) <= height,
                                f"{name}: {element.attrib}")

    def test_examples_are_shown_whole(self):
        shown = "".join(re.findall(r"<!-- file: (.*?) -->", "".join(page.read_text() for page in PAGES)))
        for file in sorted((SOURCE / "examples").rglob("*")):
            name = str(file.relative_to(SOURCE))
            if file.is_file() and name != "examples/single_unit/CMakeLists.txt":  # as that of soc_top
                self.assertIn(name, shown)

    def test_links_lead_somewhere(self):
        broken = []
        for page in PAGES:
            for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
                if re.match(r"https?:", target):
                    continue
                path, _, anchor = target.partition("#")
                file = (page.parent / path).resolve() if path else page
                if not file.exists() or anchor and file.suffix == ".md" and anchor not in anchors(file):
                    broken.append(f"{page.name}: {target}")
        self.assertEqual(broken, [])

    def test_the_index_has_every_page(self):
        index = (DOCS / "README.md").read_text()
        missing = [page.name for page in DOCS.glob("*.md") if page.name != "README.md" and f"]({page.name})" not in index]
        self.assertEqual(missing, [])

    def test_commands_have_the_options_that_pages_give_them(self):
        wrong, help_of = [], {}
        for page in PAGES:
            blocks = re.findall(r"^```\n(.*?)^```$", page.read_text(), re.M | re.S)
            for line in "\n".join(blocks).replace("\\\n", " ").splitlines():
                call = re.match(r"(?:\$ )?(?:[\w./]*/)?edgebert-sim ([a-z][\w-]*)(.*)", line)
                if not call:
                    continue
                command = call.group(1)
                if command not in help_of:
                    help_of[command] = subprocess.run([BUILD / "edgebert-sim", command, "--help"], capture_output=True, text=True, check=False).stdout
                plain = re.sub(r'"[^"]*"', "", call.group(2).split(" # ")[0])
                for option in re.findall(r"(?<![\w-])--?[a-z][\w-]*", plain):
                    if not re.search(rf"(?m)^  (.*,)?{option}\b", help_of[command]):
                        wrong.append(f"{page.name}: {line}")
        self.assertGreater(len(help_of), 5)
        self.assertEqual(wrong, [])

    def test_figures_of_the_answers_are_those_of_the_sources(self):
        answers = (DOCS / "README.md").read_text()
        table = (SOURCE / "configs" / "energy" / "edgebert-12nm.yaml").read_text()
        costs = [float(re.search(row, table).group(1)) for row in (
            r"\n  multipliers: \{value: ([\d.]+), measure: mm2/multiplier", r"\n    on: &logic \{value: ([\d.]+), measure: mW/multiplier",
            r"\n  processing_unit:\n    clock_cycle: \{value: ([\d.]+), measure: pJ/multiplier")]
        self.assertIn("{:g} mm2, {:g} mW and {:g} pJ".format(*costs), answers.replace("\n", " "))
        self.assertIn("{:g} mm2, {:g} mW and {:g} pJ".format(*(16 * cost for cost in costs)), answers.replace("\n", " "))
        costs_of_softmax = re.search(r"\.softmax = \{(\d+), (\d+), serial \? \d+u : (\d+)u\}", (SOURCE / "ip" / "sfu" / "sfu_cost.hpp").read_text())
        self.assertIn("t ({} v + {}) + {} cycles".format(*costs_of_softmax.groups()), answers)

    def test_named_files_exist(self):
        """`room/file.hpp` in a page is a file, or a pattern that matches some."""
        rooms = "contract|ip|platform|firmware|model|golden|sim|tests|configs|scripts|examples|cmake"
        missing = []
        for page in PAGES:
            text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S)
            for name in re.findall(rf"`((?:{rooms})/[\w./*-]+\.[\w]+)`", text):
                if not list(SOURCE.glob(name)):
                    missing.append(f"{page.name}: {name}")
        self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main()
