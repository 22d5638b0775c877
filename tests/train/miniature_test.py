# SPDX-License-Identifier: Apache-2.0
"""Trains a miniature of the shipped recipe and checks that every mechanism moves what it should.

Hidden 32 in 4 heads, 6 layers, 1 in 12 training phrases, one thread, fixed seeds. Thresholds are far from the values seen, given
beside them, because kernels differ in the last bits from machine to machine. Exit code 77: torch is not installed.
"""
import dataclasses
import os
import pathlib
import sys
import tempfile
import unittest

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "scripts" / "train"))

try:
    import sentencepiece  # noqa: F401
    import torch
except ImportError as missing:
    print(f"skipped: {missing}; scripts/install-packages --train installs it")
    sys.exit(77)

from edgebert_train import adaptivfloat, albert, checkpoint, convolution, data, distillation, evaluate, off_ramps, pruning, trainer  # noqa: E402

torch.set_num_threads(1)
GEOMETRY = albert.Geometry(hidden=32, heads=4, intermediate=64, layers=6)
DENSE = trainer.Stage(
    "dense", steps=120, learning_rate=2e-3, depths=((0.5, (2,)), (0.8, (3, 6)), (1.0, (6,))), tokens=1024, start_reach=8.0, dropout=0.05
)
FOLLOW_UP = dataclasses.replace(DENSE, steps=60, learning_rate=1e-3, start_reach=None, depths=((1.0, (3,)),), word_drop=0.0, dropout=0.0)


def training(stage, model, sentences, teachers=(), seed=7):
    return trainer.Training(stage, model, sentences, seed, teachers)


def take_all(run):
    losses = [run.take_step() for _ in range(run.stage.steps)]
    run.finish()
    return losses


class Miniature(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="edgebert-train-"))
        phrases = data.read_tsv(data.INPUTS / "train.tsv", GEOMETRY.sequence)
        cls.sentences = phrases.every(12)
        cls.dev = data.read_tsv(data.SMALL / "dev.tsv", GEOMETRY.sequence)
        torch.manual_seed(7)
        model = albert.SmallAlbert(GEOMETRY)
        with torch.no_grad():
            model.word_embeddings.weight.copy_(data.word_vectors())
        cls.losses = take_all(training(DENSE, model, cls.sentences))
        cls.weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        cls.answers = evaluate.logits(model, cls.dev)
        cls.teachers = ((model, GEOMETRY.layers),)

    def model(self):
        model = albert.SmallAlbert(GEOMETRY)
        model.load_state_dict({name: tensor.clone() for name, tensor in self.weights.items()})
        return model

    def test_learns_more_than_the_commoner_class(self):
        accuracy = evaluate.summary(self.answers, self.dev.labels)["accuracy"]
        self.assertGreater(accuracy[-1], 65, accuracy)
        self.assertLess(sum(self.losses[-20:]), 0.9 * sum(self.losses[:20]))

    def convolution_training(self, steps):
        stage = convolution.ConvolutionStage("convolution", steps=steps, filters=20, learning_rate=2e-3, tokens=1024)
        torch.manual_seed(7)
        model = convolution.TextConvolution(stage, data.word_vectors(), GEOMETRY)
        return convolution.ConvolutionTraining(stage, model, self.sentences, 7)

    def test_convolution_learns_more_than_the_commoner_class(self):
        run = self.convolution_training(60)
        losses = take_all(run)
        self.assertLess(sum(losses[-20:]), 0.9 * sum(losses[:20]))
        accuracy = evaluate.summary(evaluate.logits(run.model, self.dev, 1), self.dev.labels)["accuracy"]
        self.assertGreater(accuracy[0], 65, accuracy)

    def test_convolution_answers_do_not_depend_on_padding(self):
        model = self.convolution_training(1).model
        short = min(range(50), key=lambda i: len(self.dev.ids[i]))
        alone = evaluate.logits(model, data.Sentences([self.dev.ids[short]], self.dev.labels[:1]), 1)[0, 0]
        padded = evaluate.logits(model, self.dev.first(50), 1)[0, short]
        self.assertLess(float((alone - padded).abs().max()), 1e-5)

    def test_resumed_convolution_is_uninterrupted(self):
        whole = self.convolution_training(12)
        take_all(whole)
        first = self.convolution_training(12)
        for _ in range(5):
            first.take_step()
        path = self.folder / "convolution.pt"
        trainer.save(path.with_suffix(".unfinished"), first.state())
        second = self.convolution_training(12)
        trainer.run(second, path, report_steps=1000)
        for name, tensor in whole.model.state_dict().items():
            self.assertTrue(torch.equal(tensor, second.model.state_dict()[name]), name)

    def test_sparsity_is_reached_exactly_by_magnitude_and_by_movement(self):
        for movement in (False, True):
            stage = dataclasses.replace(FOLLOW_UP, encoder_sparsity=0.7, embedding_sparsity=0.6, movement=movement)
            model = self.model()
            run = training(stage, model, self.sentences, self.teachers)
            take_all(run)
            weights = dict(model.named_parameters())
            for name in albert.SmallAlbert.ENCODER_MATRICES:
                self.assertEqual(int((weights[name] == 0).sum()), round(0.7 * weights[name].numel()), name)
            words = weights[trainer.WORDS]
            self.assertEqual(int((words == 0).sum()), round(0.6 * words.numel()))
            if movement:
                scores, kept = run.pruner.scores["ffn.weight"], run.pruner.masks["ffn.weight"] == 1
                self.assertGreaterEqual(float(scores[kept].min()), float(scores[~kept].max()))
                by_size = pruning.mask_of_largest(self.weights["ffn.weight"].abs(), 0.7) == 1
                self.assertGreater(float((kept != by_size).float().mean()), 0.05, "movement keeps what magnitude keeps")

    def test_kept_zeros_stay_zeros(self):
        stage = dataclasses.replace(FOLLOW_UP, steps=20, encoder_sparsity=0.5, embedding_sparsity=0.6)
        model = self.model()
        take_all(training(stage, model, self.sentences, self.teachers))
        before = {name: p.detach().clone() for name, p in model.named_parameters()}
        take_all(training(dataclasses.replace(FOLLOW_UP, steps=10, keep_zeros=True), model, self.sentences, self.teachers))
        for name in (trainer.WORDS, *albert.SmallAlbert.ENCODER_MATRICES):
            after = dict(model.named_parameters())[name]
            self.assertTrue(bool((after[before[name] == 0] == 0).all()), name)
            self.assertGreater(float((after - before[name]).abs().max()), 0, name)

    def test_teachers_answer_what_became_of_the_sentence(self):
        ids, lengths, labels = self.dev.padded(range(40))
        torch.manual_seed(3)
        exchanged = data.exchange_words(ids, lengths, 0.5)
        inside = data.words_inside(ids, lengths)
        self.assertTrue(torch.equal(exchanged[~inside], ids[~inside]))
        self.assertTrue(bool(torch.isin(exchanged[inside], ids[inside]).all()))
        changed = float((exchanged != ids)[inside].float().mean())
        self.assertTrue(0.4 < changed < 0.55, changed)
        answers = [distillation.targets(labels, 2, self.teachers, text, lengths, 1.0) for text in (ids, exchanged)]
        model, layers = self.teachers[0]
        self.assertTrue(torch.equal(answers[1], torch.softmax(model(exchanged, lengths, layers)[-1], -1)))
        self.assertGreater(float((answers[0] - answers[1]).abs().max()), 0.1)
        mixed = distillation.targets(labels, 2, self.teachers, ids, lengths, 0.75)
        hard = torch.nn.functional.one_hot(labels, 2)
        self.assertLess(float((mixed - 0.75 * answers[0] - 0.25 * hard).abs().max()), 1e-6)
        self.assertTrue(torch.equal(distillation.targets(labels, 2, (), ids, lengths, 0.75), hard.float()))

    def test_schedule_is_cubic(self):
        # Zhu and Gupta 2017, equation 1: half-way 1 - 1/8 of the final sparsity
        for step, sparsity in ((0, 0), (10, 0), (20, 0.7), (30, 0.8), (99, 0.8)):
            self.assertAlmostEqual(pruning.cubic_sparsity(step, 10, 30, 0.8), sparsity, places=12)

    def test_spans_shrink_under_a_penalty_and_not_without(self):
        reaches = {}
        for penalty in (0.0, 0.5):
            stage = dataclasses.replace(FOLLOW_UP, learn_reach=(0.0, 1.1), span_penalty=penalty, reach_learning_rate=0.1)
            model = self.model()
            take_all(training(stage, model, self.sentences, self.teachers))
            reaches[penalty] = float(model.span.reach.mean())
        self.assertLess(reaches[0.5], 6.0, reaches)
        self.assertGreater(reaches[0.0], reaches[0.5] + 1.0, reaches)

    def test_heads_are_switched_off_and_not_computed(self):
        model = self.model()
        take_all(training(dataclasses.replace(FOLLOW_UP, steps=10, heads_off=((0.0, 1), (0.5, 2))), model, self.sentences, self.teachers))
        self.assertEqual(int((model.span.reach == 0).sum()), 2)
        before = evaluate.logits(model, self.dev.first(50))
        off = (~model.span.on).nonzero().flatten().tolist()
        with torch.no_grad():
            for head in off:
                rows = slice(head * GEOMETRY.head_size, (head + 1) * GEOMETRY.head_size)
                for matrix in (model.query, model.key, model.value):
                    matrix.weight[rows] = float("nan")
                    matrix.bias[rows] = float("nan")
        self.assertTrue(torch.equal(before, evaluate.logits(model, self.dev.first(50))))

    def test_softmax_sees_reachable_keys_only(self):
        model = self.model()
        with torch.no_grad():
            model.span.reach.fill_(3.0)  # reaches distances 0, 1 and 2
        ids = self.dev.ids[0][None]
        far = ids.clone()
        far[0, 4] = 999  # three from [CLS] and from its neighbours in one layer is out of sight
        lengths = torch.tensor([ids.shape[1]])
        near = ids.clone()
        near[0, 2] = 999
        first = model.first_tokens(ids, lengths, 1)[0]
        self.assertTrue(torch.equal(first, model.first_tokens(far, lengths, 1)[0]))
        self.assertFalse(torch.equal(first, model.first_tokens(near, lengths, 1)[0]))
        self.assertFalse(torch.equal(model.first_tokens(ids, lengths, 2)[1], model.first_tokens(far, lengths, 2)[1]))

    def test_distillation_loss_falls(self):
        torch.manual_seed(11)
        student = albert.SmallAlbert(GEOMETRY)
        with torch.no_grad():
            student.word_embeddings.weight.copy_(data.word_vectors())
        student.span.start(8.0)
        losses = take_all(training(dataclasses.replace(FOLLOW_UP, learning_rate=2e-3), student, self.sentences, self.teachers))
        self.assertLess(sum(losses[-15:]), 0.97 * sum(losses[:15]), losses)

    def test_entropy_falls_with_depth_on_off_ramps_of_a_frozen_backbone(self):
        model = self.model()
        stage = off_ramps.OffRampStage("off-ramps", start="", epochs=4, quantise=False, smoothing=(0.2, 0.15, 0.1, 0.06, 0.03, 0.0))
        backbone = {n: p.detach().clone() for n, p in model.named_parameters() if not n.startswith("off_ramps.")}
        log = off_ramps.train(stage, model, self.sentences, 7)
        self.assertLess(log[-1], log[0])
        entropies = evaluate.summary(evaluate.logits(model, self.dev), self.dev.labels)["entropy"]
        self.assertEqual(entropies, sorted(entropies, reverse=True))
        self.assertGreater(entropies[0], entropies[-1] + 0.02)
        for name, parameter in model.named_parameters():
            if name in backbone:
                self.assertTrue(torch.equal(parameter, backbone[name]), name)

    def test_quantisation_in_training_gives_adaptivfloat_values(self):
        bias = adaptivfloat.exponent_bias(self.weights["ffn.weight"])
        codes = [0.0] + [
            sign * 2.0 ** (e + bias - 10) * (1 + m / 16) for sign in (1, -1) for e in range(8) for m in range(16) if e or m
        ]
        values = torch.tensor(sorted(codes), dtype=torch.float64)
        quantised = adaptivfloat.quantise_weight("ffn.weight", self.weights["ffn.weight"]).double().flatten()
        self.assertTrue(bool(torch.isin(quantised, values).all()))
        # nearest: no value of the format is nearer, but for the rule that half of the smallest magnitude decides zero
        exact = self.weights["ffn.weight"].double().flatten()
        nearest = (exact[:, None] - values[None, :]).abs().min(1).values
        self.assertTrue(bool(((quantised - exact).abs() <= nearest + 1e-12).all()))
        stage = dataclasses.replace(FOLLOW_UP, steps=10, quantise=True)
        model = self.model()
        seen = []
        run = training(stage, model, self.sentences, self.teachers)
        model.transforms.append(lambda name, tensor: seen.append((name, tensor.detach().unique().numel())) or tensor)
        take_all(run)
        self.assertTrue(all(distinct <= 255 for name, distinct in seen if name in albert.SmallAlbert.ENCODER_MATRICES))
        self.assertGreater(float((model.ffn.weight - self.weights["ffn.weight"]).abs().max()), 0, "no gradient came through")

    def test_resumed_is_uninterrupted(self):
        stage = dataclasses.replace(
            FOLLOW_UP, steps=24, dropout=0.1, word_drop=0.1, encoder_sparsity=0.5, movement=True, learn_reach=(0, 1), span_penalty=0.1,
            heads_off=((0.5, 1),),
        )
        whole = self.model()
        take_all(training(stage, whole, self.sentences, self.teachers))
        first = training(stage, self.model(), self.sentences, self.teachers)
        for _ in range(13):
            first.take_step()
        path = self.folder / "stage.pt"
        trainer.save(path.with_suffix(".unfinished"), first.state())
        second = training(stage, albert.SmallAlbert(GEOMETRY), self.sentences, self.teachers)
        trainer.run(second, path, report_steps=1000)
        self.assertEqual(second.step, 24)
        for name, tensor in whole.state_dict().items():
            self.assertTrue(torch.equal(tensor, torch.load(path)["model"][name]), name)

    def test_export_reads_back(self):
        model = self.model()
        checkpoint.export(model, self.folder / "exported")
        again = albert.SmallAlbert(GEOMETRY)
        checkpoint.load(again, self.folder / "exported")
        difference = (evaluate.logits(again, self.dev.first(50)) - evaluate.logits(model, self.dev.first(50))).abs().max()
        self.assertLess(float(difference), 0.05)  # float16 weights

    def test_gelu_is_torchs(self):
        x = torch.linspace(-6, 6, 49, dtype=torch.float64, requires_grad=True)
        wanted = torch.nn.functional.gelu(x, approximate="tanh")
        self.assertLess(float((albert.GeluNew.apply(x) - wanted).abs().max()), 1e-14)
        self.assertTrue(torch.autograd.gradcheck(albert.GeluNew.apply, (x,)))

    def test_exits(self):
        # two layers, three sentences: sure at once, sure behind layer 2, never sure
        logits = torch.tensor([[[9.0, 0], [0, 0], [0, 0]], [[9.0, 0], [0, 9.0], [0, 0.1]]])
        result = evaluate.early_exit(logits, torch.tensor([0, 1, 1]), 0.1)
        self.assertEqual((result["histogram"], result["accuracy"]), ([1, 2], 100.0))
        self.assertAlmostEqual(result["layer"], 5 / 3, places=6)
        self.assertAlmostEqual(float(distillation.entropy(torch.zeros(2))), 0.6931472, places=6)


if __name__ == "__main__":
    unittest.main()
