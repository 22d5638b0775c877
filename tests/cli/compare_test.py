# SPDX-License-Identifier: Apache-2.0
"""compare: answers, configuration, contributions that add up; what report and compare refuse to read."""
import json
import re
import unicodedata
import unittest

from program import EDGEBERT, IMAGE, INPUT, SENTENCE, TINY, USAGE, ProgramTest

HOSTILE = "<script>alert(1)</script> \"it's\" \x07\x1b[31m \u202e \u00fcn\u00ef \u6620\u753b"
WIDTH = 40
DATA_SET = "sentence\tlabel\n" + SENTENCE + "\t1\nunflinchingly bleak and desperate\t0\nallows us to hope .\t1\n"


def columns(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class CompareTest(ProgramTest):
    def run_to(self, name, *arguments, config=TINY, text=SENTENCE):
        sentences = ("--text", text) if text else ()
        self.assert_succeeds(self.sim("run", config, "--model", IMAGE, *sentences, "--json", name, *arguments))
        return json.loads((self.folder / name).read_text())

    def compared(self, *arguments):
        process = self.sim("compare", *arguments, "--json", "-")
        self.assert_succeeds(process)
        return json.loads(process.stdout)


class Contributions(CompareTest):
    def test_they_add_up_to_the_change_of_the_total(self):
        a = self.run_to("a.json", "--set", "exit.threshold=0.6")
        b = self.run_to("b.json", "--set", "exit.threshold=0", config=EDGEBERT)
        report = self.compared("a.json", "b.json")
        found = {(breakdown["quantity"], breakdown["by"]): breakdown for breakdown in report["breakdowns"]}
        self.assertEqual(set(found), {(quantity, by) for quantity in ("cycles", "bytes") for by in ("layer", "operator", "unit")} |
                         {("energy", "layer"), ("energy", "unit")})
        for (quantity, by), breakdown in found.items():
            rows, total = breakdown["rows"], breakdown["total"]
            for side in ("a", "b", "delta"):
                summed = sum(row[side] for row in rows)
                if quantity == "energy":
                    self.assertAlmostEqual(summed / total[side], 1, places=9)
                else:
                    self.assertEqual(summed, total[side], (quantity, by, side))
            changes = [abs(row["delta"]) for row in rows]
            self.assertEqual(changes, sorted(changes, reverse=True))
            for row in rows:
                self.assertEqual(row["delta"], row["b"] - row["a"])
        for side, run in (("a", a), ("b", b)):
            totals = run["totals"]
            self.assertEqual(found["cycles", "layer"]["total"][side], totals["cycles"])
            self.assertEqual(found["energy", "unit"]["total"][side], totals["energy_joules"])
            self.assertEqual(found["bytes", "layer"]["total"][side], sum(row["bytes"] for row in totals["operators"]))
            third = next(row for row in found["bytes", "layer"]["rows"] if row["name"] == "layer 3")
            self.assertEqual(third[side], sum(row["bytes"] for row in totals["operators"] if row["layer"] == 3))
            softmax = next(row for row in found["cycles", "unit"]["rows"] if row["name"] == "softmax")
            unit = next(unit for unit in totals["units"] if unit["unit"] == "softmax")
            self.assertEqual(softmax[side], unit["busy_cycles"] + sum(unit["stalled_cycles"].values()))

    def test_a_run_and_itself(self):
        self.run_to("a.json")
        report = self.compared("a.json", "a.json")
        self.assertEqual((report["answers"], report["inputs"], report["configuration"], report["notes"]), ([], [], [], []))
        self.assertTrue(all(row["delta"] == 0 for breakdown in report["breakdowns"] for row in breakdown["rows"]))
        text = self.sim("compare", "a.json", "a.json").stdout.decode()
        self.assertIn("the same predictions and exit layers, 1 sentence\n", text)
        self.assertIn("no value differs", text)

    def test_answers_come_first_then_the_configuration_with_origins(self):
        self.run_to("a.json", "--set", "exit.threshold=0.6")
        b = self.run_to("b.json", "--set", "exit.threshold=0")
        report = self.compared("a.json", "b.json")
        answer, = report["answers"]
        self.assertEqual((answer["index"], answer["text"]), (0, SENTENCE))
        self.assertEqual(answer["b"], {"prediction": b["labels"][b["sentences"][0]["prediction"]], "exit_layer": 12})
        self.assertEqual(report["configuration"], [{"key": "exit.threshold", "a": {"value": "0.6 nat", "origin": "--set"},
                                                    "b": {"value": "0 nat", "origin": "--set"}}])
        text = self.sim("compare", "a.json", "b.json").stdout.decode()
        self.assertLess(text.index("1 of 1 sentences are answered differently"), text.index("exit.threshold"))
        self.assertLess(text.index("exit.threshold"), text.index("cycles by layer"))
        self.assertRegex(text, r"\n  exit\.threshold +0\.6 nat \(--set\) -> 0 nat \(--set\)\n")

    def test_another_number_of_sentences(self):
        self.run_to("a.json")
        self.write("set.tsv", DATA_SET)
        self.run_to("b.json", "--dataset", "set.tsv", text=None)
        report = self.compared("a.json", "b.json")
        self.assertEqual(report["notes"], ["1 and 3 sentences: totals are compared, answers are not"])
        self.assertFalse(report["same_sentences"])
        self.assertEqual(next(row for row in report["inputs"] if row["what"] == "sentences and labels")["what"], "sentences and labels")
        self.assertIn("note: 1 and 3 sentences: totals are compared", self.sim("compare", "a.json", "b.json").stdout.decode())

    def test_without_energy_on_one_side(self):
        self.run_to("a.json")
        self.run_to("b.json", "--set", "energy.table=")
        report = self.compared("a.json", "b.json")
        self.assertEqual(report["notes"], ["B has no energy table: energy is not compared"])
        self.assertNotIn("energy", {breakdown["quantity"] for breakdown in report["breakdowns"]})

    def test_points_of_a_sweep(self):
        self.assert_succeeds(self.sim("sweep", TINY, "--model", IMAGE, "--text", SENTENCE, "--out", "out", "--set", "pu.vmac_lanes=4,8"))
        report = self.compared("out/pu.vmac_lanes=4", "out/pu.vmac_lanes=8")
        self.assertEqual([row["key"] for row in report["configuration"] if row["key"].startswith("pu.")], ["pu.vmac_lanes"])
        self.assert_fails(self.sim("compare", "out", "out/pu.vmac_lanes=8"), INPUT,
                          "compare: cannot compare 'out': it is a sweep; give the folder of one of its points: out/pu.vmac_lanes=4")


class Refused(CompareTest):
    def test_what_cannot_be_read(self):
        run = self.run_to("run.json")
        self.write("text.json", "no JSON")
        self.write("other.json", json.dumps({"schema": "edgebert-study-1"}))
        self.write("numbers.json", json.dumps({"schema": 7}))
        self.write("list.json", "[]")
        old = dict(run)
        del old["memories"]
        self.write("old.json", json.dumps(old))
        self.write("empty.json", json.dumps({**run, "sentences": []}))
        self.write("odd.json", json.dumps({**run, "sentences": [7]}))
        (self.folder / "folder").mkdir()
        for command, arguments in (("report", ("-o", "out.html")), ("compare", ("run.json",))):
            for name, message in (
                    ("none.json", "cannot read report 'none.json': No such file or directory"),
                    ("text.json", f"{command}: cannot read 'text.json': it is not JSON from byte 2 on; give the file of run --json"),
                    ("other.json", f"{command}: cannot read 'other.json': its schema is 'edgebert-study-1'; {command} reads edgebert-run-1 "
                                   "(run --json) and edgebert-sweep-1 (sweep)"),
                    ("numbers.json", re.compile(r".*its schema is missing; .*")), ("list.json", re.compile(r".*its schema is missing; .*")),
                    ("old.json", f"{command}: cannot read 'old.json': it lacks 'memories': another version wrote it; run again"),
                    ("empty.json", f"{command}: cannot read 'empty.json': it has no sentence"),
                    ("folder", f"{command}: cannot read 'folder': the folder has neither sweep.json nor result.json; give the file of run --json, "
                               "or the folder of a sweep that has ended or of one of its points")):
                self.assert_fails(self.sim(command, name, *arguments), INPUT, message)
        self.assert_fails(self.sim("compare", "odd.json", "run.json"), INPUT, "compare: cannot compare 'odd.json' with 'run.json': one of them is not "
                          "as this program writes it; run again")
        self.write("many.json", json.dumps({**run, "sentences": [7] * 13}))
        self.assert_fails(self.sim("report", "many.json", "-o", "out.html"), INPUT,
                          "report: cannot read 'many.json': it is not as this program writes it; run again")
        self.assertFalse((self.folder / "out.html").exists())

    def test_outputs(self):
        self.run_to("run.json")
        before = (self.folder / "run.json").read_bytes()
        self.assert_fails(self.sim("report", "run.json", "-o", "run.json"), INPUT, re.compile(".*run.json.*"))
        self.assert_fails(self.sim("compare", "run.json", "run.json", "--json", "run.json"), INPUT, re.compile(".*run.json.*"))
        self.assert_fails(self.sim("compare", "run.json", "run.json", "--json", "x", "--html", "x"), USAGE, "compare: --json and --html name the same file")
        self.assert_fails(self.sim("report", "run.json"), USAGE, "--output is required; see --help")
        self.assertEqual((self.folder / "run.json").read_bytes(), before)

    def test_hostile_text_in_json_and_text(self):
        self.run_to("a.json", "--set", "exit.threshold=0.6", text=HOSTILE)
        self.run_to("b.json", "--set", "exit.threshold=0", text=HOSTILE)
        process = self.sim("compare", "a.json", "b.json", "--json", "-")
        self.assertNotRegex(process.stdout.decode(), "[<>&\u2028]")
        self.assertEqual(json.loads(process.stdout)["answers"][0]["text"], HOSTILE)
        text = self.sim("compare", "a.json", "b.json").stdout.decode()
        self.assertNotRegex(text, r"[\x00-\x09\x0b-\x1f\x7f\u202e]")
        self.assertIn("<script>alert(1)</script> \"it's\" \\x07\\x1b[31m \\u{202e}", text)
        self.assert_succeeds(self.sim("report", "a.json", "-o", "page.html"))
        html = (self.folder / "page.html").read_text()
        self.assertNotIn("<script>alert", html)
        self.assertEqual(html.count("</script>"), html.count("<script"))


class Narrow(CompareTest):
    """A terminal of 40 columns."""

    def narrow(self, *arguments, environment=None):
        return self.on_terminal(arguments, ("stdout", "stderr"), {"LC_ALL": "C.UTF-8", "NO_COLOR": "", **(environment or {})}, WIDTH).decode()

    def assert_narrow(self, written):
        plain = re.sub("\x1b\\[[0-9;]*[mK]", "", written)
        for line in re.split("\r\n|\r|\n", plain):
            self.assertLessEqual(columns(line), WIDTH, line)
        self.assertNotRegex(plain, r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202e]")
        return plain

    def test_run_sweep_and_compare(self):
        self.write("set.tsv", DATA_SET)
        run = ("run", TINY, "--model", IMAGE)
        for arguments in ((*run, "--text", HOSTILE, "--check", "--operators"), (*run, "--dataset", "set.tsv"),
                          ("run", EDGEBERT, "--model", IMAGE, "--text", "x" * 100, "--set", "exit.policy=lai", "--set", "exit.deadline=5ms"),
                          ("sweep", TINY, "--model", IMAGE, "--text", SENTENCE, "--out", "out", "--set", "pu.vmac_lanes=4,8")):
            written = self.narrow(*arguments)
            self.assertIn("\x1b[", written)
            self.assert_narrow(written)
        self.run_to("a.json", "--set", "exit.threshold=0.6", text=HOSTILE)
        self.run_to("b.json", "--set", "exit.threshold=0", text=HOSTILE, config=EDGEBERT)
        plain = self.assert_narrow(self.narrow("compare", "a.json", "b.json"))
        self.assertIn("answered differently", re.sub(r"\s+", " ", plain))
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotIn("\x1b", self.narrow("compare", "a.json", "b.json", environment=environment))

    def test_nothing_is_lost(self):
        wide = self.sim("run", TINY, "--model", IMAGE, "--text", SENTENCE).stdout.decode()
        narrow = self.assert_narrow(self.narrow("run", TINY, "--model", IMAGE, "--text", SENTENCE))
        words = lambda text: [word for word in text.split() if "time," not in word and not set(word) & set("█▏▎▍▌▋▊▉│")]
        self.assertEqual(words(narrow)[:-6], words(wide)[:-6])  # all but the host's time and memory


if __name__ == "__main__":
    unittest.main()
