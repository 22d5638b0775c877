# SPDX-License-Identifier: Apache-2.0
"""Reports: JSON keys and their sums, repeatability, escaping, the text's shape."""
import json
import pathlib
import re
import struct
import unittest

from program import EDGEBERT, IMAGE, SENTENCE, SIM, SOURCE, TINY, ProgramTest, elf

DATA_SET = "sentence\tlabel\n" + SENTENCE + "\t1\nunflinchingly bleak and desperate\t0\nallows us to hope .\t1\n"


class Json(ProgramTest):
    def report(self, *arguments, **options):
        process = self.run_tiny("--json", "-", *arguments, **options)
        self.assert_succeeds(process)
        return json.loads(process.stdout)

    def data_set_report(self, config, *arguments):
        self.write("set.tsv", DATA_SET)
        process = self.sim("run", config, "--model", IMAGE, "--dataset", "set.tsv", "--json", "-", *arguments)
        self.assert_succeeds(process)
        return json.loads(process.stdout)

    def test_keys(self):
        report = self.report("--check")
        self.assertEqual(
            list(report), ["schema", "version", "config_hash", "model_hash", "firmware_hash", "predictor_hash", "inputs_hash", "soc",
                           "timing", "config", "configuration", "model", "exit", "hertz", "data_set", "quantities", "energy", "envm", "memories",
                           "labels", "tasks", "sentences", "totals", "host"])
        self.assertEqual(
            list(report["sentences"][0]), ["index", "text", "task", "label", "prediction", "logits", "exit_layer", "entropy",
                                           "predicted_layer", "points", "deadline", "tokens", "cycles", "seconds", "instructions",
                                           "units", "operators", "energy"])
        self.assertEqual(
            list(report["totals"]), ["sentences", "accuracy", "average_exit_layer", "missed_deadlines", "infeasible_deadlines", "cycles",
                                     "simulated_seconds", "instructions", "macs", "energy_joules", "area_mm2", "checks", "faults",
                                     "units", "operators", "energy"])
        self.assertEqual(list(report["totals"]["checks"]), ["tensors_compared", "mismatches", "first_mismatch"])
        self.assertEqual(list(report["host"]), ["wall_seconds", "sentence_seconds", "peak_memory_mib", "program_hash"])
        self.assertEqual(len(report["host"]["sentence_seconds"]), 1)
        self.assertLess(0, report["host"]["sentence_seconds"][0])
        self.assertLess(report["host"]["sentence_seconds"][0], report["host"]["wall_seconds"])
        self.assertEqual(report["quantities"]["cycles"], "accelerator clock cycles")
        for name in ("config_hash", "model_hash", "firmware_hash", "inputs_hash"):
            self.assertRegex(report[name], "^[0-9a-f]{64}$")
        self.assertRegex(report["host"]["program_hash"], "^[0-9a-f]{64}$")

    def test_one_sentence(self):
        report = self.report("--check")
        sentence = report["sentences"][0]
        self.assertEqual((sentence["index"], sentence["text"], sentence["label"]), (0, SENTENCE, None))
        self.assertEqual(sentence["prediction"], 1)  # a positive review, and the model is sure
        self.assertEqual(len(sentence["entropy"]), sentence["exit_layer"])
        self.assertEqual((sentence["predicted_layer"], sentence["deadline"]), (None, None))
        self.assertEqual(len(sentence["points"]), sentence["exit_layer"])
        self.assertLess(sentence["entropy"][-1], 0.5)  # tiny.yaml's threshold
        self.assertTrue(all(entropy >= 0.5 for entropy in sentence["entropy"][:-1]))
        self.assertAlmostEqual(sentence["cycles"] * 1e-9, sentence["seconds"], places=8)  # 1 GHz
        self.assertGreater(report["totals"]["checks"]["tensors_compared"], 30)
        self.assertEqual(report["totals"]["checks"]["mismatches"], 0)

    def test_totals_are_the_sums(self):
        report = self.data_set_report(TINY)
        sentences, totals = report["sentences"], report["totals"]
        self.assertEqual(totals["sentences"], 3)
        for key in ("cycles", "instructions"):
            self.assertEqual(totals[key], sum(sentence[key] for sentence in sentences))
        right = sum(sentence["label"] == sentence["prediction"] for sentence in sentences)
        self.assertEqual(totals["accuracy"], right / 3)
        self.assertEqual(totals["average_exit_layer"], sum(sentence["exit_layer"] for sentence in sentences) / 3)
        for unit in totals["units"]:
            parts = [part for sentence in sentences for part in sentence["units"] if part["unit"] == unit["unit"]]
            self.assertEqual(unit["busy_cycles"], sum(part["busy_cycles"] for part in parts))
        for part in (*sentences, totals):
            for unit in part["units"]:
                counted = unit["unit"] in ("system_sram", "weight_memory", "envm", "bus")
                cycles = unit["busy_cycles"] + sum(unit["stalled_cycles"].values()) + unit["idle_cycles"]
                self.assertEqual(cycles, 0 if counted else part["cycles"], unit["unit"])
        # A unit without a command is idle all the time.
        self.assertIn(0, [unit["commands"] for part in sentences for unit in part["units"] if unit["unit"] == "dvfs"])
        for key in ("macs", "bytes_loaded", "bytes_stored", "cycles"):
            parts = [row[key] for sentence in sentences for row in sentence["operators"]]
            self.assertEqual(sum(row[key] for row in totals["operators"]), sum(parts))
        self.assertEqual(sum(row["macs"] for row in totals["operators"]), totals["macs"])

    def test_energy_adds_up(self):
        report = self.data_set_report(TINY)
        total = report["totals"]["energy"]
        self.assertEqual(report["totals"]["energy_joules"], total["total_joules"])
        self.assertAlmostEqual(sum(sentence["energy"]["total_joules"] for sentence in report["sentences"]) / total["total_joules"], 1)
        for part in (*(sentence["energy"] for sentence in report["sentences"]), total):
            joules = part["total_joules"]
            self.assertGreater(joules, 0)
            self.assertAlmostEqual((part["dynamic_joules"] + part["leakage_joules"]) / joules, 1, places=9)
            for sums in (part["by_unit"], part["by_domain"].values()):
                self.assertAlmostEqual(sum(row["dynamic_joules"] + row["leakage_joules"] for row in sums) / joules, 1, places=9)
            self.assertAlmostEqual(sum(row["joules"] for unit in part["by_unit"] for row in unit["rows"]) / joules, 1, places=9)
            self.assertAlmostEqual(sum(part["by_kind"].values()) / joules, 1, places=9)
            layers = sum(sum(layer["units"].values()) for layer in part["by_layer"])
            self.assertAlmostEqual((layers + part["idle_joules"]) / joules, 1, places=9)
        for sentence in report["sentences"]:
            trace = sentence["energy"]["power_trace"]
            integral = sum(sum(segment["joules"].values()) for segment in trace)
            self.assertLessEqual(abs(integral / sentence["energy"]["total_joules"] - 1), 1e-9)
        self.assertNotIn("power_trace", total)
        blocks = dict(report["energy"]["area_mm2"])
        self.assertAlmostEqual(blocks.pop("total"), report["totals"]["area_mm2"])
        self.assertAlmostEqual(sum(blocks.values()), report["totals"]["area_mm2"])

    def test_one_row_of_the_energy_table_changes_report_and_hash(self):
        shipped = (SOURCE / "configs" / "energy" / "edgebert-12nm.yaml").read_text()
        first = self.report()
        table = self.write("own.yaml", shipped)
        same = self.report("--set", f"energy.table={table}")
        self.assertEqual(same["energy"], first["energy"])
        self.assertEqual(same["totals"]["energy"], first["totals"]["energy"])
        changed = shipped.replace("mac: {value: 0.15,", "mac: {value: 0.16,")
        self.assertNotEqual(changed, shipped)
        self.write("own.yaml", changed)
        other = self.report("--set", f"energy.table={table}")
        self.assertNotEqual(other["energy"]["table"]["hash"], first["energy"]["table"]["hash"])
        self.assertGreater(other["totals"]["energy_joules"], first["totals"]["energy_joules"])
        self.assertEqual(other["totals"]["cycles"], first["totals"]["cycles"])

    def test_without_an_energy_table(self):
        report = self.report("--set", "energy.table=")
        for value in (report["energy"], report["totals"]["energy"], report["totals"]["energy_joules"], report["totals"]["area_mm2"]):
            self.assertIsNone(value)

    def loaded_bytes(self, elf, first):
        """Of the segments of a 32-bit ELF file that are loaded from that address on."""
        image = elf.read_bytes()
        headers, size, count = struct.unpack_from("<I", image, 28) + struct.unpack_from("<HH", image, 42)
        segments = [struct.unpack_from("<6I", image, headers + i * size) for i in range(count)]
        return sum(memory for kind, _, _, physical, _, memory in segments if kind == 1 and physical >= first)

    def test_memories(self):
        report = self.report()
        memories = {memory["memory"]: memory for memory in report["memories"]}
        self.assertEqual(list(memories), ["boot_rom", "system_sram", "weight_memory", "envm", "data_buffer_0", "mask_buffer_0", "data_buffer_1",
                                          "mask_buffer_1", "auxiliary_buffer"])
        for memory in memories.values():
            self.assertEqual(memory["used_bytes"], sum(part["bytes"] for part in memory["parts"]))
            self.assertTrue(0 <= memory["used_bytes"] <= memory["bytes"], memory)
        self.assertGreater(memories["data_buffer_0"]["used_bytes"], 0)
        self.assertEqual((memories["envm"]["address"], memories["auxiliary_buffer"]["address"]), (0x20000000, None))
        # Cells of the eNVM count the same bytes: one bit a cell in masks, two in codes.
        regions = {region["region"]: region for region in report["envm"]["regions"]}
        masks, codes = (part["bytes"] for part in memories["envm"]["parts"])
        self.assertEqual((regions["masks"]["cell"], regions["masks"]["cells"]), ("slc", masks * 8))
        self.assertEqual((regions["codes"]["cell"], regions["codes"]["cells"]), ("mlc2", codes * 4))
        # The linker script reserves 64 KiB with the stack; what .data is set from counts in the boot ROM.
        own, activations = memories["system_sram"]["parts"]
        self.assertEqual((own["what"], activations["what"]), ("firmware's data", "token ids and activations"))
        self.assertEqual(own["bytes"], self.loaded_bytes(pathlib.Path(SIM).parent / "edgebert-firmware.elf", 0x10000000))
        moved = self.report("--set", "embedding.store=dram", "--set", "memory.weight_memory.size=8MiB")
        there = {memory["memory"]: memory for memory in moved["memories"]}
        self.assertEqual(there["envm"]["parts"], [])
        embeddings = there["weight_memory"]["parts"][1]
        self.assertEqual(embeddings["what"], "word embeddings")
        self.assertTrue(0 <= embeddings["bytes"] - (masks + codes) < 4 * 64, embeddings)  # four tensors, aligned to 64
        self.assertEqual(there["weight_memory"]["bytes"], 8 << 20)

    def test_configuration_with_origins(self):
        rows = {row["key"]: row for row in self.report("--set", "exit.threshold=0.25")["configuration"]}
        self.assertEqual(rows["exit.threshold"], {"key": "exit.threshold", "value": "0.25 nat", "origin": "--set"})
        self.assertRegex(rows["pu.vmac_lanes"]["origin"], r"^tiny\.yaml:\d+$")
        self.assertEqual(rows["memory.envm.size"]["origin"], "default")
        printed = self.sim("config", TINY).stdout.decode()
        for key, row in rows.items():
            self.assertIn(f"\n{key} ", printed)
        self.assertEqual(len(rows), len(re.findall(r"^[a-z].*$", printed.split("\n", 1)[1], re.MULTILINE)))

    def test_limit(self):
        self.assertEqual(len(self.data_set_report(TINY, "--limit", "2")["sentences"]), 2)

    def test_threshold_0_never_exits_early(self):
        sentence = self.report("--set", "exit.threshold=0")["sentences"][0]
        self.assertEqual(sentence["exit_layer"], 12)
        self.assertEqual(len(sentence["entropy"]), 12)

    def test_two_runs_differ_in_host_only(self):
        first, second = (self.data_set_report(EDGEBERT, "--check") for _ in range(2))
        del first["host"], second["host"]
        self.assertEqual(first, second)

    @staticmethod
    def results(report):
        """A report without what says how it was made."""
        return {key: value for key, value in report.items() if key not in ("host", "configuration")}

    def test_the_quantum_changes_nothing(self):
        expected = self.results(self.data_set_report(TINY))
        for quantum in (1, 97, 1000000):
            report = self.results(self.data_set_report(TINY, "--set", f"core.quantum={quantum}"))
            self.assertEqual(report, expected, quantum)

    def test_the_quantum_changes_nothing_for_firmware_that_polls(self):
        self.write("poll.elf", elf([
        0x700102B7,  # lui t0, 0x70010: the mailbox
        0x033989B3,  # 1: mul s3, s3, s3
        0x0002A303,  # lw t1, 0(t0)
        0xFE030CE3,  # beqz t1, 1b
        0x0002A223,  # sw zero, 4(t0): TAKE
        0x700113B7,  # lui t2, 0x70011: the job
        0x70012EB7,  # lui t4, 0x70012: the result
        0x0003AF03,  # lw t5, 0(t2): its kind
        0x00200513,  # li a0, 2
        0x02AF0263,  # beq t5, a0, 2f: shut down
        0x00AEA623,  # sw a0, 12(t4): classes
        0x0043AE03,  # lw t3, 4(t2)
        0x01CEA023,  # sw t3, 0(t4): the job's number
        0x00100513,  # li a0, 1
        0x00AEA223,  # sw a0, 4(t4): exit layer
        0x10AEA823,  # sw a0, 272(t4): entropies
        0x0002A423,  # sw zero, 8(t0): ANSWER
        0xFC1FF06F,  # j 1b
        0x700042B7,  # 2: lui t0, 0x70004: the exit device
        0x0002A023,  # sw zero, 0(t0)
        0xFF9FF06F,  # j 2b
        ]))
        reports = []
        for quantum in (1, 7, 1000, 100000):
            report = self.data_set_report(TINY, "--firmware", "poll.elf", "--set", f"core.quantum={quantum}")
            reports.append(self.results(report))
        self.assertGreater(reports[0]["sentences"][1]["cycles"], 0)
        for report in reports[1:]:
            self.assertEqual(report, reports[0])

    def test_the_number_of_lanes_changes_no_result(self):
        expected = self.data_set_report(TINY)["sentences"]
        for lanes in (2, 64):
            sentences = self.data_set_report(TINY, "--set", f"pu.vmac_lanes={lanes}")["sentences"]
            for key in ("logits", "entropy", "exit_layer", "prediction"):
                self.assertEqual([s[key] for s in sentences], [s[key] for s in expected])
            self.assertNotEqual([s["cycles"] for s in sentences], [s["cycles"] for s in expected])

    def test_any_text_comes_back(self):
        text = 'say "<b>&amp;</b>" \\ \x01\x1b[31m caf\u00e9 \u2028 \U0001f600'
        process = self.run_tiny("--json", "-", text=text)
        self.assert_succeeds(process)
        self.assertEqual(json.loads(process.stdout)["sentences"][0]["text"], text)
        for raw in (b"<", b">", b"&", b"\x01", b"\x1b", b"\xe2\x80\xa8"):
            self.assertNotIn(raw, process.stdout)

    def test_json_to_a_file_beside_the_text(self):
        process = self.run_tiny("--json", "out.json")
        self.assert_succeeds(process)
        self.assertIn(SENTENCE, process.stdout.decode())
        self.assertEqual(json.loads((self.folder / "out.json").read_text())["schema"], "edgebert-run-1")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["out.json"])


class Warnings(ProgramTest):
    def test_long_sentences_are_cut_with_a_warning(self):
        process = self.run_tiny("--json", "-", text="good " * 200)
        self.assert_succeeds(process)
        self.assertEqual(json.loads(process.stdout)["sentences"][0]["tokens"], 64)
        # [CLS], 200 words of one token each, [SEP]
        self.assertEqual(process.stderr.decode(), "edgebert-sim: warning: --text: 202 tokens, but the model takes 64; "
                                                  "the rest was cut off\n")


class Text(ProgramTest):
    def text(self, *arguments, environment=None):
        process = self.sim("run", *arguments, "--model", IMAGE, environment=environment)
        self.assert_succeeds(process)
        self.assertEqual(process.stderr, b"")
        return process.stdout.decode()

    def test_one_sentence(self):
        text = self.text(TINY, "--text", SENTENCE, "--check")
        for pattern in (r"^SoC +tiny, n = 8, overlapped timing$", rf"^{re.escape(SENTENCE)}$", r"^  \S+  \d+\.\d %$",
                        r"^ +1  \d\.\d{4}  .*exit$", r"^  processing unit +[\d,]+ +[\d,]+ +[\d,]+ +\d+\.\d %",
                        r"^  [\d,]+ accelerator cycles, .* simulated, 13 tokens$",
                        r"^check +\d+ tensors compared with golden, all equal$", r"^host +.* wall time, \d+ MiB$"):
            self.assertRegex(text, re.compile(pattern, re.MULTILINE))

    def test_operators(self):
        limit = re.compile(r"^ +limited by [a-z ]+ in [a-z_]+ \(\d+\.\d % of all cycles\)$", re.MULTILINE)
        text = self.text(TINY, "--text", SENTENCE, "--operators")
        self.assertRegex(text, limit)
        self.assertRegex(text, re.compile(
            r"^  ffn_inner +[\d,]+ +\d+\.\d % +\d+\.\d +\d+\.\d % +\d+\.\d  [a-z ]+$", re.MULTILINE))
        self.assertTrue(all(len(line) <= 100 for line in text.splitlines()))
        text = self.text(TINY, "--text", SENTENCE)
        self.assertRegex(text, limit)
        self.assertNotIn("  ffn_inner  ", text)

    def test_a_file_of_sentences(self):
        self.write("two.txt", "\ufefffirst , and good\r\n\nsecond , and bad\n")
        text = self.text(TINY, "--file", "two.txt")
        self.assertIn("\n1. first , and good\n", text)
        self.assertIn("\n2. second , and bad\n", text)

    def test_a_data_set_is_summed_up(self):
        self.write("set.tsv", DATA_SET)
        text = self.text(TINY, "--dataset", "set.tsv")
        self.assertNotIn(SENTENCE, text)
        self.assertRegex(text, r"\naccuracy +\d+\.\d\d % \(\d of 3 sentences\)\n")
        self.assertRegex(text, r"\nexit +after layer \d+\.\d\d of 12 on average\n")

    def test_nothing_that_disturbs_a_terminal_and_no_colour_into_a_pipe(self):
        text = self.text(TINY, "--text", "red \x1b[31m\x07\r\n\u202e text")
        self.assertNotRegex(text, r"[\x00-\x09\x0b-\x1f\x7f\u202e]")
        self.assertIn("red \\x1b[31m\\x07\\x0d\\x0a\\u{202e} text", text)

    def test_at_most_100_columns(self):
        for sentence in (SENTENCE, "word " * 50, "x" * 120):
            for line in self.text(TINY, "--text", sentence, "--set", f"name={'n' * 200}").splitlines():
                self.assertLessEqual(len(line), 100, line)

    def test_ascii_where_the_locale_is_not_utf8(self):
        self.assertTrue(self.text(TINY, "--text", SENTENCE, environment={"LC_ALL": "C"}).isascii())


class Terminal(ProgramTest):
    """stdout or stderr is a terminal."""

    def run_on_terminal(self, stream, arguments, environment):
        """@return what a run writes to that stream"""
        return self.on_terminal(["run", TINY, "--model", IMAGE, *arguments], [stream], environment)

    def test_progress_is_shown_and_removed(self):
        self.write("set.tsv", DATA_SET)
        written = self.run_on_terminal("stderr", ["--dataset", "set.tsv"], {})
        self.assertIn(b"1/3 sentences, ", written)
        self.assertTrue(written.endswith(b"\r\x1b[K"), written)

    def test_colour_unless_no_color(self):
        without_no_color = {"NO_COLOR": ""}
        self.assertIn(b"\x1b[1m", self.run_on_terminal("stdout", ["--text", SENTENCE], without_no_color))
        self.assertNotIn(b"\x1b", self.run_on_terminal("stdout", ["--text", SENTENCE], {"NO_COLOR": "1"}))
        self.assertNotIn(b"\x1b", self.run_on_terminal("stdout", ["--text", SENTENCE], {"NO_COLOR": "", "TERM": "dumb"}))


if __name__ == "__main__":
    unittest.main()
