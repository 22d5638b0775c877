# SPDX-License-Identifier: Apache-2.0
"""Bad input: each kind has its exit code and one line, and nothing is left behind."""
import json
import os
import re
import struct
import subprocess
import unittest

from program import (CAPACITY, CHECKPOINT_OR_IMAGE, CONFIG, EDGEBERT, FIRMWARE, IMAGE, INPUT, SENTENCE, SIM, SOURCE,
                     TIMEOUT, TINY, USAGE, ProgramTest, elf)

CHECKPOINT = SOURCE / "checkpoints" / "sst2-small"


class Usage(ProgramTest):
    def test_no_command(self):
        self.assert_fails(self.sim(), USAGE, "give a command: run, sweep, compile, quantize-report, generate, replay-vectors, replay-entropies, study, "
                          "report, compare, calibrate, config or registers; see --help")

    def test_no_config(self):
        self.assert_fails(self.sim("run"), USAGE, "CONFIG is required; see --help")

    def test_unknown_option(self):
        self.assert_fails(self.sim("run", TINY, "--fast"), USAGE,
                          "The following argument was not expected: --fast; see --help")

    def test_sentences_exactly_once(self):
        message = "run: give exactly one of --text, --file and --dataset"
        self.assert_fails(self.sim("run", TINY), USAGE, message)
        self.assert_fails(self.sim("run", TINY, "--text", "a", "--file", "b"), USAGE, message)

    def test_limit_is_a_whole_number(self):
        for limit in ("0", "-1", "1.5", "010", "0x2", "many", "", "99999999999999999999"):
            self.assert_fails(self.run_tiny("--limit", limit), USAGE,
                              f"--limit: '{limit}' is not a whole number from 1; see --help")

    def test_options_that_need_others(self):
        self.assert_fails(self.run_tiny("--limit", "3"), USAGE, "run: --limit needs --dataset")
        self.assert_fails(self.run_tiny("--golden-cache", "x"), USAGE, "run: --golden-cache needs --check")
        self.assert_fails(self.sim("config"), USAGE, "config: give a CONFIG or --markdown")


class Text(ProgramTest):
    def run_input(self, *arguments):
        return self.sim("run", TINY, "--model", IMAGE, *arguments)

    def test_empty_text(self):
        for text in ("", "  \t "):
            self.assert_fails(self.run_tiny(text=text), INPUT, "--text: the text is empty; give a sentence")

    def test_text_that_is_not_utf8(self):
        self.assert_fails(self.run_tiny(text=b"caf\xe9"), INPUT, "--text: not UTF-8: byte 0xe9 at 4")

    def test_missing_file(self):
        self.assert_fails(self.run_input("--file", "none.txt"), INPUT,
                          "cannot read text file 'none.txt': No such file or directory")
        self.assert_fails(self.run_input("--file", self.folder), INPUT,
                          f"cannot read text file '{self.folder}': not a regular file")

    def test_empty_file(self):
        self.write("empty.txt", "")
        self.write("blank.txt", "\n \n")
        self.assert_fails(self.run_input("--file", "empty.txt"), INPUT, "text file 'empty.txt' is empty")
        self.assert_fails(self.run_input("--file", "blank.txt"), INPUT, "text file 'blank.txt' has blank lines only")

    def test_file_that_is_not_utf8(self):
        self.write("latin.txt", b"fine\ncaf\xe9\n")
        self.assert_fails(self.run_input("--file", "latin.txt"), INPUT,
                          "latin.txt:2:4: not UTF-8: byte 0xe9; convert the file first")

    def test_data_set_lines(self):
        header = "sentence\tlabel\n"
        for content, message in (
                ("text\tlabel\na\t1\n", "set.tsv:1: expected the header 'sentence<TAB>label', found 'text\\x09label'"),
                (header, "data set 'set.tsv' has no sentences"),
                (header + "a 1\n", "set.tsv:2: expected a sentence, one tab and a label"),
                (header + "a\t1\t1\n", "set.tsv:2: expected a sentence, one tab and a label"),
                (header + "a\t1\n \t0\n", "set.tsv:3: the sentence is empty"),
                (header + "a\tpositive\n", "set.tsv:2: label 'positive' is not a class number"),
                (header + "a\t-1\n", "set.tsv:2: label '-1' is not a class number"),
                (header + "a\t2\n", "set.tsv:2: label 2, but the model has 2 classes"),
        ):
            with self.subTest(message):
                self.write("set.tsv", content)
                self.assert_fails(self.run_input("--dataset", "set.tsv"), INPUT, message)


    def test_text_without_tokens(self):
        # U+00A0 is a blank to the tokenizer.
        reason = "tokenizing a text: it has no tokens; give at least one word"
        self.assert_fails(self.run_tiny(text="\u00a0"), INPUT, f"--text: {reason}")
        self.write("blank.txt", "good\n\u00a0\n")
        self.assert_fails(self.run_input("--file", "blank.txt"), INPUT, f"blank.txt:2: {reason}")


class Configuration(ProgramTest):
    def test_message_has_place_path_and_nearest_key(self):
        self.write("soc.yaml", "version: 1\npu:\n  vmac_lane: 16\n")
        self.assert_fails(self.sim("run", "soc.yaml", "--text", "a"), CONFIG,
                          "soc.yaml:3:3: unknown key 'pu.vmac_lane'; the nearest valid key is 'pu.vmac_lanes'")

    def test_lanes_that_are_not_supported(self):
        self.assert_fails(self.run_tiny("--set", "pu.vmac_lanes=12"), CONFIG,
                          "--set pu.vmac_lanes: 12 is not one of 2, 4, 8, 16, 32, 64")

    def test_missing_file(self):
        self.assert_fails(self.sim("config", "none.yaml"), CONFIG,
                          "cannot read configuration 'none.yaml': No such file or directory")

    def test_energy_table(self):
        shipped = (SOURCE / "configs" / "energy" / "edgebert-12nm.yaml").read_text()
        table = self.write("own.yaml", shipped.replace("    mac:", "    mcc:"))
        setting = ("--set", f"energy.table={table}")
        self.assert_fails(self.run_tiny(*setting), CONFIG,
                          re.compile(r"own\.yaml:\d+:5: unknown key 'dynamic\.processing_unit\.mcc'; the nearest valid key is "
                                     r"'dynamic\.processing_unit\.mac'"))
        self.write("own.yaml", re.sub("    mac: .*\n.*\n", "", shipped))
        self.assert_fails(self.run_tiny(*setting), CONFIG, re.compile("no row dynamic\\.processing_unit\\.mac"))
        self.assert_fails(self.run_tiny("--set", "energy.table=none.yaml"), CONFIG, re.compile("cannot find energy table 'none\\.yaml': looked for "))

    def test_not_yaml(self):
        self.write("soc.yaml", "version: 1\npu: {vmac_lanes: 8\n")
        self.assert_fails(self.sim("config", "soc.yaml"), CONFIG, re.compile(r"^edgebert-sim: soc\.yaml:2:1: not YAML: "))


class Image(ProgramTest):
    def run_image(self, content):
        self.write("m.image", content)
        return self.sim("run", TINY, "--model", "m.image", "--text", "a", "--json", "out.json")

    def assert_refused(self, content, message):
        self.assert_fails(self.run_image(content), CHECKPOINT_OR_IMAGE, message)
        self.assertEqual(sorted(os.listdir(self.folder)), ["m.image"])

    def header(self):
        """The header as JSON, and the data behind it. Layout: contract/safetensors.hpp."""
        content = IMAGE.read_bytes()
        size = struct.unpack("<Q", content[:8])[0]
        return json.loads(content[8:8 + size]), content[8 + size:]

    @staticmethod
    def with_header(header, data):
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        return struct.pack("<Q", len(text)) + text + data

    def test_the_helpers_make_images_that_run(self):
        self.assert_succeeds(self.run_image(self.with_header(*self.header())))

    def test_truncated(self):
        content = IMAGE.read_bytes()
        size = len(content)
        for length in (0, 1, 7, 8, 9, 100, 5000, size // 3, size // 2, size - 100, size - 1):
            with self.subTest(length=length):
                self.assert_refused(content[:length], re.compile(r"^edgebert-sim: .*m\.image"))

    def test_header_that_claims_10_gib(self):
        content = IMAGE.read_bytes()
        self.assert_refused(struct.pack("<Q", 10 << 30) + content[8:], re.compile(r"^edgebert-sim: .*10737418240"))

    def test_wrong_shape_names_the_tensor(self):
        header, data = self.header()
        header["query.channel_bias"]["shape"] = [1]
        self.assert_refused(self.with_header(header, data), re.compile(r"query\.channel_bias"))

    def test_changed_byte_names_the_tensor(self):
        header, data = self.header()
        at = header["ffn_inner.data"]["data_offsets"][0]
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
        self.assert_refused(self.with_header(header, changed), re.compile(r"ffn_inner\.data"))

    def test_missing_names_every_place(self):
        self.write("soc.yaml", "version: 1\nmodel: none.image\n")
        program = os.path.dirname(os.path.realpath(SIM))
        self.assert_fails(
            self.sim("run", "soc.yaml", "--text", "a"), CHECKPOINT_OR_IMAGE,
            f"cannot find model image 'none.image': looked for '{self.folder}/none.image', "
            f"'{program}/images/none.image', '{program}/configs/none.image', '{program}/none.image', "
            f"'{os.path.dirname(program)}/share/edgebert/configs/none.image', "
            f"'{os.path.dirname(program)}/share/edgebert/none.image'")

    def test_none_named(self):
        self.write("soc.yaml", "version: 1\n")
        self.assert_fails(self.sim("run", "soc.yaml", "--text", "a"), CHECKPOINT_OR_IMAGE,
                          "cannot find model image: soc.yaml names none; use the option or the key 'model'")

    def test_too_big_for_a_memory(self):
        self.assert_fails(
            self.run_tiny("--set", "memory.envm.size=1 MiB"), CAPACITY,
            re.compile(r"^edgebert-sim: cannot load model .*: it needs \d+ bytes of envm, which has 1048576; "))
        self.assert_fails(
            self.run_tiny("--set", "memory.weight_memory.size=64 KiB"), CAPACITY,
            re.compile(r"^edgebert-sim: cannot load model .*: it needs \d+ bytes of weight_memory, which has 65536; "))
        for memory in ("boot_rom", "system_sram"):
            self.assert_fails(
                self.run_tiny("--set", f"memory.{memory}.size=4 KiB"), CAPACITY,
                re.compile(rf"^edgebert-sim: cannot load firmware .*: it needs \d+ bytes of {memory}, which has 4096; "))

    def test_too_big_to_schedule(self):
        self.assert_fails(
            self.run_tiny("--set", "memory.system_sram.size=72 KiB"), CAPACITY,
            re.compile(r"^edgebert-sim: cannot schedule the model: .* need \d+ bytes of the system SRAM, which has 73728; "
                       r"raise memory.system_sram.size$"))


class Firmware(ProgramTest):
    spin = [0x0000006F]               # j .
    sleep = [0x10500073, 0xFFDFF06F]  # wfi; j .-4

    def test_missing(self):
        self.assert_fails(self.run_tiny("--firmware", "none.elf"), FIRMWARE,
                          "cannot read firmware 'none.elf': No such file or directory")

    def test_not_an_elf(self):
        self.write("text.elf", "just text, longer than an ELF header would have to be, to be sure")
        self.assert_fails(self.run_tiny("--firmware", "text.elf"), FIRMWARE, re.compile(r"^edgebert-sim: .*text\.elf"))

    def test_another_architecture(self):
        self.write("arm.elf", elf(self.spin, machine=40))
        self.assert_fails(self.run_tiny("--firmware", "arm.elf"), FIRMWARE,
                          re.compile(r"^edgebert-sim: .*arm\.elf.*RISC-V"))

    def test_never_answers(self):
        self.write("spin.elf", elf(self.spin))
        process = self.run_tiny("--firmware", "spin.elf", "--json", "out.json", "--set", "limits.simulated_time=20 ms")
        self.assert_fails(process, TIMEOUT, re.compile(
            r"^edgebert-sim: .*within 0\.02 s of simulated time \(limits\.simulated_time\): the core runs at pc 0x00000000, .*a job waits"))
        self.assertEqual(os.listdir(self.folder), ["spin.elf"])

    def test_wall_time_limit(self):
        self.write("spin.elf", elf(self.spin))
        process = self.run_tiny("--firmware", "spin.elf", "--set", "limits.wall_time=300 ms", "--set",
                                "limits.simulated_time=1000000")
        self.assert_fails(process, TIMEOUT, re.compile(r"within the wall-time limit of 0\.3 s \(limits\.wall_time\): the core runs at pc"))

    def test_the_simulated_limit_ends_shipped_firmware(self):
        # The limit lies between two clock edges: nothing happens at that very time.
        for limit in ("1 us", "100 us"):
            process = self.run_tiny("--set", f"limits.simulated_time={limit}", "--set", "limits.wall_time=20 s")
            self.assert_fails(process, TIMEOUT, re.compile(r"of simulated time \(limits\.simulated_time\): the core "))

    def answering(self, fields):
        """Firmware that answers each job with these words of a result, by offset. contract/mailbox.hpp."""
        code = [0x700102B7,              # lui t0, 0x70010: the mailbox
                0x0002A303, 0xFE030EE3,  # lw t1, 0(t0); beqz t1, .-4
                0x0002A223,              # sw zero, 4(t0): TAKE
                0x70012EB7]              # lui t4, 0x70012: the result
        for offset, value in fields.items():
            code.append((value & 0xFFF) << 20 | 0x00000513)  # li a0, value
            code.append(((offset >> 5) << 25) | (10 << 20) | (29 << 15) | (2 << 12) | ((offset & 31) << 7) | 0x23)
        self.write("answer.elf", elf(code + [0x0002A423, 0x0000006F]))  # sw zero, 8(t0): ANSWER; j .
        return self.run_tiny("--firmware", "answer.elf", "--json", "out.json")

    def test_answers_that_cannot_be(self):
        good = {0: 1, 4: 1, 8: 0, 12: 2, 272: 1}  # job, exit layer, prediction, classes, entropies
        for change, message in (
                ({0: 7}, "job 7 instead of job 1"),
                ({4: 0}, "with exit layer 0, but the model has 12 layers"),
                ({4: 13}, "with exit layer 13, but the model has 12 layers"),
                ({8: 2}, "with class 2, but the model has 2"),
                ({12: -1}, "with 4294967295 classes, but the model has 2"),
                ({272: -1}, "with 4294967295 entropies for exit layer 1"),
        ):
            with self.subTest(message):
                self.assert_fails(self.answering({**good, **change}), FIRMWARE,
                                  f"sentence 1: firmware answer.elf answered {message}")
                self.assertEqual(os.listdir(self.folder), ["answer.elf"])

    def test_waits_for_ever(self):
        self.write("sleep.elf", elf(self.sleep))
        self.assert_fails(self.run_tiny("--firmware", "sleep.elf"), TIMEOUT,
                          re.compile(r"the core waits for an interrupt at pc 0x00000004, .*a job waits"))


class Outputs(ProgramTest):
    def test_json_into_a_folder_that_is_not_there(self):
        self.assert_fails(self.run_tiny("--json", "none/out.json"), INPUT,
                          f"cannot write 'none/out.json': there is no folder '{self.folder}/none'")

    def test_json_onto_a_folder(self):
        self.assert_fails(self.run_tiny("--json", self.folder), INPUT, f"cannot write '{self.folder}': is a directory")
        self.assert_fails(self.run_tiny("--json", ""), INPUT, "cannot write '': it has no name")
        self.assertEqual(os.listdir(self.folder), [])

    def test_an_input_is_never_replaced(self):
        self.write("set.tsv", "sentence\tlabel\ngood\t1\n")
        process = self.sim("run", TINY, "--model", IMAGE, "--dataset", "set.tsv", "--json", "./set.tsv")
        self.assert_fails(process, INPUT, "cannot write './set.tsv': the command reads this file")
        self.write("calibration.txt", "good\n")
        process = self.sim("compile", "--checkpoint", CHECKPOINT, "--calibration", "calibration.txt", "-o",
                           "calibration.txt")
        self.assert_fails(process, INPUT, "cannot write 'calibration.txt': the command reads this file")

    def test_a_failed_run_keeps_an_older_report(self):
        self.write("out.json", "older")
        self.assertEqual(self.run_tiny("--json", "out.json", "--set", "memory.envm.size=4 KiB").returncode, CAPACITY)
        self.assertEqual((self.folder / "out.json").read_text(), "older")

    def test_a_full_disk(self):
        process = self.sim("run", EDGEBERT, "--model", IMAGE, "--text", SENTENCE, "--json", "/dev/full")
        self.assertEqual(process.returncode, INPUT)
        self.assertRegex(process.stderr.decode(), r"^edgebert-sim: cannot write '/dev/full': .*\n$")
        with open("/dev/full", "wb") as full:
            process = subprocess.run([SIM, "registers"], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(process.returncode, INPUT)
        self.assertEqual(process.stderr, b"edgebert-sim: cannot write to standard output: No space left on device\n")


class Compile(ProgramTest):
    def test_checkpoint_that_is_not_there(self):
        process = self.sim("compile", "--checkpoint", "none", "-o", "m.image")
        self.assert_fails(process, CHECKPOINT_OR_IMAGE, re.compile(r"^edgebert-sim: .*none"))
        self.assertEqual(os.listdir(self.folder), [])

    def test_folder_that_is_not_there(self):
        process = self.sim("compile", "--checkpoint", CHECKPOINT, "-o", "none/m.image")
        self.assert_fails(process, INPUT, f"cannot write 'none/m.image': there is no folder '{self.folder}/none'")

    def test_no_calibration_file(self):
        for file in CHECKPOINT.iterdir():
            if file.name != "calibration.tsv":
                (self.folder / file.name).symlink_to(file)
        before = sorted(os.listdir(self.folder))
        process = self.sim("compile", "--checkpoint", self.folder, "-o", "m.image")
        self.assert_fails(process, INPUT, f"calibrating: there is no '{self.folder}/calibration.tsv'; name a file of "
                                          "training sentences with --calibration")
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_options_out_of_range(self):
        for option, value in (("--embedding-sparsity", "2"), ("--sequence", "many"), ("--sequence", "-1")):
            process = self.sim("compile", "--checkpoint", CHECKPOINT, "-o", "m.image", option, value)
            self.assert_fails(process, USAGE, re.compile(f"^edgebert-sim: .*{option}"))
        process = self.sim("compile", "--checkpoint", CHECKPOINT, "-o", "m.image", "--sequence", "2")
        self.assertEqual(process.returncode, INPUT)
        self.assertEqual(os.listdir(self.folder), [])

    def test_equal_inputs_give_equal_images(self):
        self.write("calibration.txt", "good\nbad , really bad\n")
        for name in ("a.image", "b.image"):
            self.assert_succeeds(self.sim("compile", "--checkpoint", CHECKPOINT, "-o", name, "--calibration",
                                          "calibration.txt"))
        self.assertEqual((self.folder / "a.image").read_bytes(), (self.folder / "b.image").read_bytes())

    def test_no_output_named(self):
        self.assert_fails(self.sim("compile", "--checkpoint", "x"), USAGE, "--output is required; see --help")


class Generate(ProgramTest):
    def test_options_out_of_range(self):
        for arguments, message in (
                (("--heads", "7"), "generating a checkpoint: 7 heads do not divide hidden = 768; choose a divisor"),
                (("--vocabulary", "5"), "generating a checkpoint: vocabulary is 5, allowed are 6 to 65536"),
                (("--spans", "1,2"), "generating a checkpoint: there are 2 spans for 12 heads; give one a head, 0 for a "
                                     "head that is off"),
                (("--span-form", "all"), "--span-form: all not in {all_keys,in_span}; see --help"),
                (("--layers", "0"), "--layers: '0' is not a whole number from 1; see --help")):
            self.assert_fails(self.sim("generate", "-o", "out", *arguments), USAGE, message)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_checkpoint_that_was_not_generated_is_kept(self):
        self.write("config.json", "{}")
        self.assert_fails(self.sim("generate", "-o", "."), INPUT, "cannot write a checkpoint to '.': it holds a checkpoint "
                                                                  "that was not generated; name another folder")
        self.assertEqual(os.listdir(self.folder), ["config.json"])

    def test_a_folder_that_cannot_be(self):
        self.write("file", "")
        self.assert_fails(self.sim("generate", "-o", "file"), INPUT,
                          re.compile("^edgebert-sim: cannot write a checkpoint to 'file': .*; name a folder"))

    def test_what_is_generated_compiles_and_runs(self):
        small = ("--hidden", "32", "--heads", "2", "--intermediate", "48", "--embedding", "16", "--vocabulary", "100",
                 "--layers", "1", "--sequence", "8", "--classes", "3")
        for _ in range(2):  # the second time over what was generated before
            self.assert_succeeds(self.sim("generate", "-o", "new/out", *small))
        self.assert_succeeds(self.sim("compile", "--checkpoint", "new/out", "-o", "small.image"))
        process = self.sim("run", TINY, "--model", "small.image", "--text", "good", "--check")
        self.assert_succeeds(process)


if __name__ == "__main__":
    unittest.main()
