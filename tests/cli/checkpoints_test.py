# SPDX-License-Identifier: Apache-2.0
"""Checkpoints on their way into the program: several tasks in one image, reports of formats, options of compile."""
import json
import os
import re
import resource
import unittest

from program import CHECKPOINT_OR_IMAGE, EDGEBERT, INPUT, TINY, USAGE, ProgramTest

SMALL = ("--hidden", "64", "--heads", "4", "--intermediate", "128", "--embedding", "32", "--vocabulary", "300", "--layers",
         "2", "--sequence", "16")


class Checkpoints(ProgramTest):
    def generate(self, folder, *arguments, embedding_seed="7"):
        self.assert_succeeds(self.sim("generate", "-o", folder, *SMALL, "--embedding-seed", embedding_seed, *arguments))

    def two_tasks(self):
        """Two checkpoints with the same embeddings, and their image."""
        self.generate("a", "--seed", "1")
        self.generate("b", "--seed", "2", "--classes", "3", "--spans", "3,0,16,9")
        process = self.sim("compile", "--task", "first=a", "--task", "second=b", "-o", "two.image")
        self.assert_succeeds(process)
        return process.stdout.decode()

    def json_of(self, *arguments):
        process = self.sim("run", TINY, "--json", "-", *arguments)
        self.assert_succeeds(process)
        return json.loads(process.stdout)

    def test_two_tasks_in_one_image(self):
        summary = self.two_tasks()
        self.assertEqual(len(re.findall("word_embedding", summary)), 1)
        self.assertIn("first query", summary)
        self.assertIn("second query", summary)
        self.write("mixed.tsv", "sentence\tlabel\ttask\nthe film was good\t0\tfirst\nthe film was good\t2\tsecond\n"
                                "they made it\t1\tsecond\nthe film was good\t1\tfirst\n")
        report = self.json_of("--model", "two.image", "--dataset", "mixed.tsv", "--check")
        self.assertEqual(report["totals"]["checks"]["mismatches"], 0)
        self.assertGreater(report["totals"]["checks"]["tensors_compared"], 100)
        sentences = report["sentences"]
        self.assertEqual([sentence["task"] for sentence in sentences], ["first", "second", "second", "first"])
        self.assertEqual([len(sentence["logits"]) for sentence in sentences], [2, 3, 3, 2])
        self.assertEqual(sentences[0]["logits"], sentences[3]["logits"])
        self.assertEqual([(task["name"], len(task["labels"]), task["sentences"]) for task in report["tasks"]],
                         [("first", 2, 2), ("second", 3, 2)])
        for unit in report["totals"]["units"]:
            if unit["unit"] == "envm":
                self.assertEqual(unit["counters"]["bytes_written"], 0)
                self.assertGreater(unit["counters"]["bytes_read"], 0)
        # A task alone, and by option, answers the same.
        self.assert_succeeds(self.sim("compile", "--checkpoint", "b", "-o", "b.image"))
        text = ("--text", "the film was good")
        alone = self.json_of("--model", "b.image", *text)["sentences"][0]
        chosen = self.json_of("--model", "two.image", "--task", "second", *text)["sentences"][0]
        self.assertEqual(alone["logits"], sentences[1]["logits"])
        self.assertEqual(chosen["logits"], alone["logits"])
        self.assertEqual(chosen["entropy"], alone["entropy"])

    def test_the_text_report_names_tasks(self):
        self.two_tasks()
        self.write("mixed.tsv", "sentence\tlabel\ttask\na\t0\tfirst\na\t2\tsecond\n")
        process = self.sim("run", TINY, "--model", "two.image", "--dataset", "mixed.tsv")
        self.assert_succeeds(process)
        self.assertRegex(process.stdout.decode(), r"(?m)^ +\d+\.\d\d % of task second$")
        process = self.sim("run", TINY, "--model", "two.image", "--task", "first", "--text", "a")
        self.assert_succeeds(process)
        self.assertRegex(process.stdout.decode(), r"(?m)^  first: LABEL_[01]  ")

    def test_tasks_that_cannot_be_are_refused(self):
        self.two_tasks()
        run = ("run", TINY, "--model", "two.image")
        self.assert_fails(self.sim(*run, "--text", "a"), USAGE, "--text: the model has the tasks first, second; name one with "
                                                                "--task")
        self.assert_fails(self.sim(*run, "--text", "a", "--task", "third"), INPUT,
                          "--text: the model has no task 'third'; it has first, second")
        self.write("mixed.tsv", "sentence\tlabel\ttask\na\t0\tfirst\na\t0\tthird\n")
        self.assert_fails(self.sim(*run, "--dataset", "mixed.tsv"), INPUT,
                          "mixed.tsv:3: the model has no task 'third'; it has first, second")
        self.assert_fails(self.sim(*run, "--dataset", "mixed.tsv", "--task", "first"), USAGE,
                          "run: the data set has a column of tasks; leave out --task")
        self.write("short.tsv", "sentence\tlabel\ttask\na\t0\n")
        self.assert_fails(self.sim(*run, "--dataset", "short.tsv"), INPUT,
                          "short.tsv:2: expected a sentence, one tab and a label, one tab and a task")
        self.generate("c", embedding_seed="8")
        compile_pair = ("compile", "-o", "m.image", "--task", "first=a", "--task")
        self.assert_fails(self.sim(*compile_pair, "third=c"), CHECKPOINT_OR_IMAGE, re.compile(
            r"tasks 'first' and 'third' into one image: tensor 'albert\.embeddings\.word_embeddings\.weight' is .* at row 0, "
            r"column 0; take checkpoints tuned from one network"))
        self.assert_fails(self.sim(*compile_pair, "third"), USAGE, "compile: --task third is not NAME=CHECKPOINT")
        self.assert_fails(self.sim("compile", "-o", "m.image"), USAGE, re.compile("compile: give one --checkpoint, or a --task"))

    def test_formats_beside_each_other(self):
        self.generate("a", "--seed", "1")
        process = self.sim("quantize-report", "--checkpoint", "a", "--format", "8,3", "--format", "4,2", "--json", "-")
        self.assert_succeeds(process)
        report = json.loads(process.stdout)
        wide, narrow = report["formats"]
        self.assertEqual((wide["width"], narrow["width"]), (8, 4))
        self.assertEqual(report["sentences"], 2)
        for tensor_8, tensor_4 in zip(wide["tensors"], narrow["tensors"]):
            self.assertEqual(tensor_8["tensor"], tensor_4["tensor"])
            self.assertGreater(tensor_4["relative_rms"], 2 * tensor_8["relative_rms"], tensor_8["tensor"])
            self.assertEqual(tensor_8["saturated"], 0)
        self.assertGreater(narrow["weights"]["mean_logit_error"], wide["weights"]["mean_logit_error"])
        self.assertGreater(wide["weights_and_activations"]["mean_logit_error"], wide["weights"]["mean_logit_error"])
        # The offsets of <8,3> are the image's biases.
        self.assert_succeeds(self.sim("compile", "--checkpoint", "a", "-o", "a.image"))
        process = self.sim("quantize-report", "--checkpoint", "a", "--bias", "mse", "--activation-percentile", "99.9")
        self.assert_succeeds(process)
        self.assertRegex(process.stdout.decode(), r"(?m)^<8,3> weights, activations +\d+\.\d\d %")
        for wrong in ("8", "8,", "8,3,1", "x,3", "8,9", "17,3"):
            self.assertEqual(self.sim("quantize-report", "--checkpoint", "a", "--format", wrong).returncode, USAGE, wrong)

    def test_albert_base_compiles_within_ten_seconds_and_a_gigabyte(self):
        self.assert_succeeds(self.sim("generate", "-o", "base"))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assert_succeeds(self.sim("compile", "--checkpoint", "base", "--embedding-sparsity", "0.6", "-o", "base.image"))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if not int(os.environ["EDGEBERT_SANITIZED"]):
            self.assertLess(seconds, 10)  # of processor time: the machine may be busy
            self.assertLess(after.ru_maxrss, 1 << 20)  # KiB, the largest child so far

    def test_bias_rules_change_the_image(self):
        self.generate("a", "--seed", "1")
        images = {}
        for name, arguments in {"plain": (), "max": ("--bias", "max"), "mse": ("--bias", "mse"),
                                "percentile": ("--activation-percentile", "60")}.items():
            self.assert_succeeds(self.sim("compile", "--checkpoint", "a", "-o", "a.image", *arguments))
            images[name] = (self.folder / "a.image").read_bytes()
        self.assertEqual(images["plain"], images["max"])
        self.assertNotEqual(images["plain"], images["percentile"])
        process = self.sim("run", EDGEBERT, "--model", "a.image", "--text", "a film", "--check")
        self.assert_succeeds(process)
        self.assert_fails(self.sim("compile", "--checkpoint", "a", "-o", "m.image", "--bias", "least"), USAGE,
                          re.compile("--bias"))


if __name__ == "__main__":
    unittest.main()
