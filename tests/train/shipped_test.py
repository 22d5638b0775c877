# SPDX-License-Identifier: Apache-2.0
"""checkpoints/sst2-spans on the platform: equal to golden, the heads that are off and the keys out of span not computed,
and the same answers as PyTorch's float32 within what 8 bits cost.

Exit code 77: torch is not installed; the comparison with PyTorch needs it.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["EDGEBERT_SIM"]
SHIPPED = SOURCE / "checkpoints" / "sst2-spans"
SENTENCES = 40
sys.path.insert(0, str(SOURCE / "scripts" / "train"))

try:
    import sentencepiece  # noqa: F401
    import torch
except ImportError as missing:
    print(f"skipped: {missing}; scripts/install-packages --train installs it")
    sys.exit(77)

from edgebert_train import ablation, albert, checkpoint, data, distillation, evaluate  # noqa: E402


class Shipped(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="edgebert-shipped-"))
        image, report = cls.folder / "spans.image", cls.folder / "run.json"
        subprocess.run([PROGRAM, "compile", "--checkpoint", SHIPPED, "-o", image], check=True, capture_output=True)
        subprocess.run(
            [PROGRAM, "run", SOURCE / "configs/edgebert.yaml", "--model", image, "--dataset", SHIPPED / "dev.tsv", "--limit", str(SENTENCES),
             "--set", "exit.threshold=0", "--check", "--json", report],
            check=True, capture_output=True,
        )  # fmt: skip
        cls.run_report = json.loads(report.read_text())
        cls.model = albert.SmallAlbert(albert.Geometry())
        checkpoint.load(cls.model, SHIPPED)
        cls.dev = data.read_tsv(SHIPPED / "dev.tsv", cls.model.geometry.sequence)
        cls.answers = evaluate.logits(cls.model, cls.dev)

    def test_every_tensor_is_goldens(self):
        checks = self.run_report["totals"]["checks"]
        self.assertGreater(checks["tensors_compared"], SENTENCES * 12)
        self.assertEqual(checks["mismatches"], 0, checks["first_mismatch"])

    def test_heads_off_are_not_computed(self):
        g = self.model.geometry
        on = len(self.model.span.heads_on())
        self.assertLessEqual(on, 6)
        macs = {}
        for operator in self.run_report["totals"]["operators"]:
            macs[operator["operator"]] = macs.get(operator["operator"], 0) + operator["macs"]
        for role in ("query", "key", "value"):
            self.assertEqual(macs[role], SENTENCES * g.layers * g.sequence * g.hidden * g.head_size * on, role)
        for role in ("scores", "context"):
            self.assertLessEqual(macs[role], SENTENCES * g.layers * g.sequence * g.sequence * g.head_size * on, role)

    def test_sparsity_is_what_its_readme_says(self):
        sparsity = ablation.sparsity(self.model)
        self.assertAlmostEqual(sparsity["encoder"], 0.5, delta=0.001)
        self.assertAlmostEqual(sparsity["words"], 0.6, delta=0.001)

    def test_accuracy_in_float32(self):
        accuracy = evaluate.summary(self.answers, self.dev.labels)["accuracy"]
        self.assertGreaterEqual(accuracy[-1], 83.5, accuracy)

    def test_entropy_falls_with_depth(self):
        entropies = evaluate.summary(self.answers, self.dev.labels)["entropy"]
        self.assertEqual(entropies, sorted(entropies, reverse=True))

    def test_eight_bit_answers_follow_float32(self):
        entropies = distillation.entropy(self.answers)
        differences = [
            abs(value - float(entropies[layer, sentence["index"]]))
            for sentence in self.run_report["sentences"]
            for layer, value in enumerate(sentence["entropy"])
        ]
        self.assertEqual(len(differences), SENTENCES * 12)
        self.assertLess(sum(differences) / len(differences), 0.03)
        flips = [s for s in self.run_report["sentences"] if s["prediction"] != int(self.answers[-1, s["index"]].argmax())]
        self.assertLessEqual(len(flips), 1)


if __name__ == "__main__":
    unittest.main()
