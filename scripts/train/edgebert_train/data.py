# SPDX-License-Identifier: Apache-2.0
"""Sentences as token ids, and batches of them that waste little on padding.

Text is lower-cased and nothing else (`edgebert_text_cleaning: lower_case`), [CLS] … [SEP] around it.
"""
import dataclasses
import pathlib

import numpy
import torch

ROOT = pathlib.Path(__file__).resolve().parents[3]
INPUTS = ROOT / "checkpoints" / "training-data"
SMALL = ROOT / "checkpoints" / "sst2-small"
CLS, SEP, MASK = 2, 3, 4


@dataclasses.dataclass
class Sentences:
    """ids: one int64 vector a sentence, [CLS] and [SEP] included; labels: int64, one a sentence."""

    ids: list
    labels: torch.Tensor

    def __len__(self):
        return len(self.ids)

    def __add__(self, other):
        return Sentences(self.ids + other.ids, torch.cat([self.labels, other.labels]))

    def first(self, count):
        return Sentences(self.ids[:count], self.labels[:count])

    def every(self, stride):
        return Sentences(self.ids[::stride], self.labels[::stride])

    def padded(self, indices):
        """(ids [n, longest], lengths [n], labels [n]) of the sentences at `indices`."""
        chosen = [self.ids[i] for i in indices]
        lengths = torch.tensor([len(ids) for ids in chosen])
        ids = torch.nn.utils.rnn.pad_sequence(chosen, batch_first=True)
        return ids, lengths, self.labels[torch.as_tensor(indices)]


def read_tsv(path, sequence, tokenizer=SMALL / "spiece.model"):
    """`sentence<TAB>label` with a header line; longer sentences keep their first sequence − 1 tokens and [SEP]."""
    import sentencepiece  # here, so that a run on prepared ids does not need it

    pieces = sentencepiece.SentencePieceProcessor(model_file=str(tokenizer))
    ids, labels = [], []
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines()[1:]:
        text, label = line.rsplit("\t", 1)
        ids.append(torch.tensor([CLS] + pieces.encode(text.lower())[: sequence - 2] + [SEP]))
        labels.append(int(label))
    return Sentences(ids, torch.tensor(labels))


def read_reviews(sequence, path=INPUTS / "imdb_pseudo_sst.npz"):
    """Sentences of film reviews with labels on which a first model and the review's own label agree."""
    file = numpy.load(path)
    bounds = numpy.cumsum(file["len"].astype(numpy.int64))[:-1]
    ids = [torch.from_numpy(part.astype(numpy.int64)) for part in numpy.split(file["flat"], bounds)]
    ids = [row if len(row) <= sequence else torch.cat([row[: sequence - 1], torch.tensor([SEP])]) for row in ids]
    return Sentences(ids, torch.from_numpy(file["label"].astype(numpy.int64)))


def word_vectors(path=INPUTS / "emb_svd_f16.npz"):
    """float32 [30000, 128]: the initial word embedding."""
    return torch.from_numpy(numpy.load(path)["arr_0"].astype(numpy.float32))


def batches(sentences, tokens, seed):
    """Index vectors of at most `tokens` tokens each, sentences of like length together, in an order drawn from `seed`."""
    generator = numpy.random.default_rng(seed)
    lengths = numpy.array([len(ids) for ids in sentences.ids])
    order = generator.permutation(len(lengths))
    order = order[numpy.argsort(lengths[order], kind="stable")]
    groups, group = [], []
    for index in order:
        if group and (len(group) + 1) * lengths[index] > tokens:
            groups.append(group)
            group = []
        group.append(int(index))
    groups.append(group)
    return [groups[i] for i in generator.permutation(len(groups))]


class BatchOrder:
    """The batches of a training run by step: an epoch is one pass in a fresh order, drawn from (seed, epoch)."""

    def __init__(self, sentences, tokens, seed):
        self.sentences, self.tokens, self.seed = sentences, tokens, seed
        self.epoch, self.order = -1, []

    def at(self, step):
        """Indices of the step's sentences."""
        position, epoch = step, 0
        while True:
            if epoch != self.epoch:
                self.order, self.epoch = batches(self.sentences, self.tokens, [self.seed, epoch]), epoch
            if position < len(self.order):
                return self.order[position]
            position -= len(self.order)
            epoch += 1


def words_inside(ids, lengths):
    """True where a word is: not [CLS], [SEP] or padding."""
    position = torch.arange(ids.shape[1])
    return (position > 0) & (position[None, :] < lengths[:, None] - 1)


def drop_words(ids, lengths, share):
    """Replaces a share of the words by [MASK]."""
    if share == 0:
        return ids
    return ids.masked_fill((torch.rand(ids.shape) < share) & words_inside(ids, lengths), MASK)


def exchange_words(ids, lengths, share):
    """Replaces a share of the words by words drawn from the whole batch: sentences nobody labelled, for a teacher to answer."""
    if share == 0:
        return ids
    inside = words_inside(ids, lengths)
    words = ids[inside]
    drawn = words[torch.randint(len(words), ids.shape)]
    return torch.where((torch.rand(ids.shape) < share) & inside, drawn, ids)
