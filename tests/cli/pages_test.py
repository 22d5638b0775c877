# SPDX-License-Identifier: Apache-2.0
"""Pages of `report` and `compare` in headless Chromium, as a reader with a phone, a tablet or a desk sees them."""
import json
import sys
import unittest

from browser import CHROMIUM, Browser
from program import EDGEBERT, IMAGE, SENTENCE, ProgramTest
from pages import CLIPPED, CONTRAST, OVERLAPPING, table

DATA_SET = "sentence\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in (
    (SENTENCE, 1), ("unflinchingly bleak and desperate", 0), ("allows us to hope .", 1), ("a dull film", 1), ("it 's slow", 0),
    ("a funny and touching story", 1), ("no", 0), ("the plot is thin , the acting is not", 1), ("bad", 0), ("good", 1),
    ("not bad at all", 1), ("awful , just awful", 0), ("i liked it", 1), ("a mess", 0)))
HOSTILE = "<script>alert(1)</script> \"quoted\" 'single' & &amp; </script><!-- \x07\x1b[31m \u202egnp.exe \u2028 \u00fcn\u00efc\u00f6d\u00e9 \u6620\u753b \U0001f3ac"
NAME = "<script>alert(1)</script> \"it's\" & </script>"
WIDTHS = (360, 768, 1400)


@unittest.skipUnless(CHROMIUM, "Chromium is not installed")
class PageTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()

    def json_of(self, name, *arguments):
        """A run's report in a file of that name."""
        self.assert_succeeds(self.sim("run", EDGEBERT, "--model", IMAGE, "--json", name, *arguments))
        return json.loads((self.folder / name).read_text())

    def page(self, *arguments):
        self.assert_succeeds(self.sim("report", *arguments, "-o", "page.html"))
        return self.folder / "page.html"

    def numbers(self, identifier):
        return self.browser.evaluate(table(identifier))

    def assert_table(self, identifier, expected):
        """A table's cells, numbers as numbers, are these rows."""
        self.assertEqual(self.numbers(identifier), [list(row) for row in expected], identifier)

    def assert_well_drawn(self, page):
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                with self.subTest(width=width, scheme=scheme):
                    self.browser.open(page, width=width, scheme=scheme)
                    self.browser.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
                    self.browser.settle()
                    self.assertEqual(self.browser.complaints(), [])
                    self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width)
                    self.assertEqual(self.browser.evaluate(CLIPPED), [])
                    self.assertEqual(self.browser.evaluate(OVERLAPPING), [])
                    self.assertEqual(self.browser.evaluate("document.querySelectorAll('.failed').length"), 0)
                    self.assertEqual(self.browser.evaluate("[...document.querySelectorAll('.chart')].filter(c => !c.querySelector('svg[role=img][aria-label]')).length"), 0)
                    self.assertGreaterEqual(self.browser.evaluate(CONTRAST), 4.5)  # WCAG 2.2, 1.4.3


class Run(PageTest):
    def test_one_sentence(self):
        report = self.json_of("run.json", "--text", SENTENCE, "--check")
        page = self.page("run.json")
        self.assert_well_drawn(page)
        sentence = report["sentences"][0]
        self.assertEqual(self.browser.evaluate("document.getElementById('sentence').textContent"), SENTENCE)
        layer = lambda number: "embedding" if number == 0 else str(number)
        exits = [[i + 1, entropy, "exit" if i + 1 == sentence["exit_layer"] else ""] for i, entropy in enumerate(sentence["entropy"])]
        self.assert_table("entropy", exits)
        keys = ("commands", "cycles", "firmware_cycles", "processing_unit_cycles", "special_function_unit_cycles", "transfer_cycles",
                "port_stall_cycles", "macs", "bytes_loaded", "bytes_stored", "macs_per_cycle", "compute_bound")
        self.assert_table("operators", (
            [row["operator"], "embedding" if row["layer"] == 0 else row["layer"], *(row[key] for key in keys),
             "–" if row["memory_bound"] is None else row["memory_bound"], row["limited_by"]] for row in sentence["operators"]))
        kinds = ("processing_unit_cycles", "special_function_unit_cycles", "transfer_cycles", "port_stall_cycles", "firmware_cycles")
        layers = sorted({row["layer"] for row in sentence["operators"]})
        self.assert_table("cycles-by-layer", (
            ["embedding" if number == 0 else number, *(sum(row[kind] for row in sentence["operators"] if row["layer"] == number) for kind in kinds)]
            for number in layers))
        shown = self.browser.evaluate("[...document.querySelectorAll('#energy-by-layer thead th')].slice(1).map(head => head.textContent.replace(', J', ''))")
        spelled = {"dma": "DMA", "envm": "eNVM", "system_sram": "system SRAM"}
        for row, energies in zip(self.numbers("energy-by-layer"), sentence["energy"]["by_layer"], strict=True):
            self.assertEqual(str(row[0]), layer(energies["layer"]))
            named = {spelled.get(unit, unit.replace("_", " ")): joules for unit, joules in energies["units"].items()}
            self.assertEqual(dict(zip(shown, row[1:])), {name: named.get(name, "–") for name in shown})
            self.assertLessEqual(set(named), set(shown))
        self.assert_table("memory-map", (
            [spelled.get(memory["memory"], {"boot_rom": "boot ROM"}.get(memory["memory"], memory["memory"].replace("_", " "))),
             f"0x{memory['address']:08x}" if memory["address"] is not None else "not on the bus",
             f"0x{memory['address'] + memory['bytes'] - 1:08x}" if memory["address"] is not None else "",
             memory["bytes"], memory["used_bytes"], part["what"], part["bytes"]]
            for memory in report["memories"] for part in memory["parts"] or [{"what": "–", "bytes": "–"}]))
        text = "([...document.querySelectorAll('#configuration tbody tr')].map(row => [...row.children].map(cell => cell.textContent)))"
        self.assertEqual(self.browser.evaluate(text), [[row["key"], row["value"], row["origin"]] for row in report["configuration"]])
        self.assertIn(report["config_hash"], self.browser.evaluate("document.getElementById('hashes').textContent"))
        trace = [segment for segment in sentence["energy"]["power_trace"] if segment["end"] > segment["start"]]
        power = self.numbers("power")
        self.assertEqual([row[1:4] for row in power], [[segment[key] for key in ("start", "end", "volts")] for segment in trace])
        self.assertEqual([row[5:] for row in power], [list(segment["joules"].values()) for segment in trace])
        rows = [row for unit in sentence["energy"]["by_unit"] for row in unit["rows"]]
        self.assertEqual([row[4] for row in self.numbers("energy-rows")], [row["joules"] for row in rows])

    def test_hostile_text_stays_text(self):
        report = self.json_of("run.json", "--text", HOSTILE, "--set", f"name={NAME}")
        self.assertEqual(report["sentences"][0]["text"], HOSTILE)
        self.assert_succeeds(self.sim("compare", "run.json", "run.json", "--html", "compared.html"))
        self.json_of("other.json", "--text", HOSTILE, "--set", "exit.threshold=0.69", "--set", f"name=</title>{NAME}")
        self.assert_succeeds(self.sim("compare", "run.json", "other.json", "--html", "answers.html"))
        for page in (self.page("run.json"), self.folder / "compared.html", self.folder / "answers.html"):
            self.browser.open(page, width=768)
            self.assertEqual(self.browser.complaints(), [])
            self.assertFalse([event for event in self.browser.events if event.get("method") == "Page.javascriptDialogOpening"])
            scripts = self.browser.evaluate("[...document.scripts].filter(script => script.textContent.trim() === 'alert(1)').length")
            self.assertEqual(scripts, 0)
            visible = self.browser.evaluate("document.getElementById('page').textContent")
            self.assertIn(NAME, visible)
            self.assertEqual(page.name == "compared.html", "gnp.exe" not in visible)  # which has no sentence to show
            self.assertIn("" if page.name == "compared.html" else "<script>alert(1)</script> \"quoted\" 'single' & &amp; </script><!-- \\x07\\x1b[31m \\u{202e}gnp.exe \\u{2028} \u00fcn\u00efc\u00f6d\u00e9 \u6620\u753b \U0001f3ac", visible)
            self.assertNotRegex(visible, "[\x00-\x08\x0b-\x1f\x7f\u202e\u2028]")

    def test_a_page_needs_no_network(self):
        self.json_of("run.json", "--text", SENTENCE)
        html = self.page("run.json").read_text()
        self.assertIn("default-src 'none'", html)
        self.assertNotRegex(html, r"<(script|img|iframe|link)[^>]*(src|href)=\"(?!data:)")
        self.assertNotRegex(html, r"@import|url\(['\"]?http")

    def test_a_data_set(self):
        self.write("set.tsv", DATA_SET)
        report = self.json_of("run.json", "--dataset", "set.tsv", "--set", "exit.policy=lai", "--set", "exit.deadline=6ms")
        self.assert_well_drawn(self.page("run.json"))
        count = len(report["sentences"])
        layers = report["model"]["layers"]
        self.assert_table("exits", ([n, sum(s["exit_layer"] == n for s in report["sentences"])] for n in range(1, layers + 1)))
        rows = self.numbers("sentences")
        self.assertEqual([row[1] for row in rows], [sentence["text"] for sentence in report["sentences"]])
        self.assertEqual([row[4:] for row in rows], [
            [sentence["exit_layer"], sentence["tokens"], sentence["cycles"], sentence["seconds"], sentence["energy"]["total_joules"]]
            for sentence in report["sentences"]])
        wrong = sum(sentence["label"] != sentence["prediction"] for sentence in report["sentences"])
        self.assertEqual(sum("wrong" in str(row[3]) for row in rows), wrong)
        self.assertIn(f"{100 * report['totals']['accuracy']:.2f} %", self.browser.evaluate("document.querySelector('.tiles').textContent"))
        # Inside: all together, then the slowest.
        self.assertEqual(sum(row[3] for row in self.numbers("operators")), sum(row["cycles"] for row in report["totals"]["operators"]))
        slowest = max(report["sentences"], key=lambda sentence: sentence["cycles"])
        self.browser.evaluate(f"(() => {{ const s = document.querySelector('.choice select'); s.value = '{slowest['index']}'; s.dispatchEvent(new Event('change')) }})()")
        self.browser.settle()
        self.assertEqual([row[3] for row in self.numbers("operators")], [row["cycles"] for row in slowest["operators"]])
        self.assertEqual([row[1] for row in self.numbers("entropy")], slowest["entropy"])
        self.assertEqual(self.browser.complaints(), [])
        self.assertGreater(count, 12)  # so that not all sentences are detailed
        choices = self.browser.evaluate("document.querySelectorAll('.choice option').length")
        self.assertLess(choices, count)

    def test_sorting_by_keyboard(self):
        report = self.json_of("run.json", "--text", SENTENCE)
        self.browser.open(self.page("run.json"), width=768)
        self.browser.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        self.browser.evaluate("document.querySelectorAll('#operators thead button')[3].focus()")
        cycles = sorted(row["cycles"] for row in report["sentences"][0]["operators"])
        for order, expected in (("ascending", cycles), ("descending", cycles[::-1])):
            self.browser.press("Enter")
            self.assertEqual(self.browser.evaluate("document.querySelectorAll('#operators thead th')[3].getAttribute('aria-sort')"), order)
            self.assertEqual([row[3] for row in self.numbers("operators")], expected)


class Sweep(PageTest):
    def test_a_sweep(self):
        sweep = self.sim("sweep", EDGEBERT, "--model", IMAGE, "--text", SENTENCE, "--out", "out", "--set", "pu.vmac_lanes=4,16,64",
                         "--set", "memory.weight_memory.kind=sram,lpddr4", "--set", "memory.weight_memory.size=32MiB,512KiB")
        self.assertEqual(sweep.returncode, 10)  # the model does not fit 512 KiB
        report = json.loads((self.folder / "out" / "sweep.json").read_text())
        self.assert_well_drawn(self.page("out"))
        keys = [key["key"] for key in report["keys"]]
        heads = self.browser.evaluate("[...document.querySelectorAll('#points thead th')].map(head => head.textContent)")
        columns = {"latency, s": "simulated_seconds", "energy, J": "energy_joules", "area, mm²": "area_mm2", "cycles": "cycles",
                   "average exit layer": "average_exit_layer"}
        self.assertLessEqual(set(columns), set(heads))
        rows = self.numbers("points")
        self.assertEqual(len(rows), len(report["points"]))
        for row, point in zip(rows, report["points"]):
            cells = dict(zip(heads, row))
            self.assertEqual(row[:len(keys)], [point["set"][key] for key in keys])
            self.assertEqual(cells["status"], point["status"])
            for head, key in columns.items():
                self.assertEqual(cells[head], "–" if point["totals"] is None else point["totals"][key], head)
        done = [point for point in report["points"] if point["totals"]]
        cost = lambda point: (point["totals"]["simulated_seconds"], point["totals"]["energy_joules"])
        front = [point for point in done if not any(
            all(a <= b for a, b in zip(cost(rival), cost(point))) and cost(rival) != cost(point) for rival in done)]
        self.assertEqual(sorted(map(tuple, (row[-2:] for row in self.numbers("pareto")))), sorted(map(cost, front)))
        self.assertLess(len(front), len(done))
        references = {row[0]: row for row in self.numbers("references")}
        self.assertEqual(references["area, accelerator"][2], "1.39 mm2")
        for select, value in ((0, "accelerator_mm2"), (0, "area_mm2"), (1, "memory.weight_memory.kind"), (2, "area_mm2"), (3, "cycles")):
            self.browser.evaluate(f"(() => {{ const s = document.querySelectorAll('.choice select')[{select}]; s.value = '{value}'; s.dispatchEvent(new Event('change')) }})()")
            self.browser.settle()
            self.assertEqual(self.browser.evaluate(CLIPPED), [])
            self.assertEqual(self.browser.complaints(), [])
        self.assertIn("area over memory.weight_memory.kind", self.browser.evaluate("document.getElementById('against').textContent"))


class Comparison(PageTest):
    def test_two_runs(self):
        self.json_of("a.json", "--text", SENTENCE)
        self.json_of("b.json", "--text", SENTENCE, "--set", "pu.vmac_lanes=32", "--set", "exit.threshold=0")
        self.assert_succeeds(self.sim("compare", "a.json", "b.json", "--json", "c.json", "--html", "page.html"))
        report = json.loads((self.folder / "c.json").read_text())
        self.assert_well_drawn(self.folder / "page.html")
        for breakdown in report["breakdowns"]:
            rows = self.numbers(f"{breakdown['quantity']}-by-{breakdown['by']}")
            self.assertEqual([row[:3] for row in rows], [[row["name"], row["a"], row["b"]] for row in (*breakdown["rows"], breakdown["total"])])
            self.assertEqual([float(str(row[3]).lstrip("+").replace(",", "")) for row in rows], [row["delta"] for row in (*breakdown["rows"], breakdown["total"])])
        self.assertEqual([row[0] for row in self.numbers("configuration")], ["exit.threshold", "pu.vmac_lanes"])
        visible = self.browser.evaluate("document.getElementById('answers-section').textContent")
        self.assertIn("1 of 1 sentences are answered differently", visible)


if __name__ == "__main__":
    if not CHROMIUM:
        print("Chromium is not installed: pages are not looked at")
        sys.exit(0)
    unittest.main()
