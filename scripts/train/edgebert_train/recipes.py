# SPDX-License-Identifier: Apache-2.0
"""The recipes: which stages, in which order, with which settings. docs/model.md says what each gave."""
import dataclasses

from .off_ramps import OffRampStage
from .trainer import Stage


@dataclasses.dataclass(frozen=True)
class Ensemble:
    """Mean probabilities of `members`, (stage, layers) each, behind their last layer, for every training sentence."""

    name: str
    members: tuple


@dataclasses.dataclass(frozen=True)
class Export:
    """The model of stage `start` as a checkpoint folder OUT/NAME."""

    name: str
    start: str


# One layer applied twice, all keys seen: the first teacher, and what the deep models start from.
SHALLOW = Stage("shallow", steps=1300, learning_rate=1e-3, word_rate=1.0, depths=((1.0, (2,)),), dropout=0.15)
SHALLOW_TEACHER = Ensemble("shallow-teacher", members=(("shallow", 2),))

# Twelve layers, all keys seen: what the model is without spans.
FULL = Stage(
    "full",
    salt=1,
    start="shallow",
    teacher="shallow-teacher",
    steps=200,
    learning_rate=5e-4,
    depths=((0.2, (4,)), (0.7, (5, 12)), (1.0, (12,))),
)

# Half of the heads go early, while the others can still take over.
SPANS = Stage(
    "spans",
    salt=2,
    start="shallow",
    teacher="shallow-teacher",
    steps=600,
    word_rate=1.0,
    depths=((0.2, (4,)), (0.75, (5, 12)), (1.0, (12,))),
    start_reach=8.0,
    learn_reach=(0.03, 0.85),
    span_penalty=0.01,
    heads_off=((0.05, 2), (0.1, 4), (0.15, 6)),
)
# The others learn their reach.
DENSE = Stage(
    "dense",
    salt=9,
    start="spans",
    teacher="shallow-teacher",
    steps=1300,
    word_rate=0.5,
    depths=((0.5, (5, 12)), (1.0, (12,))),
    dropout=0.2,
    word_drop=0.15,
    learn_reach=(0.0, 0.7),
    reach_learning_rate=0.03,
    span_penalty=0.03,
)
# The unpruned teacher of everything that follows.
TEACHER = Ensemble("teacher", members=(("shallow", 2), ("dense", 12)))

PRUNED = Stage(
    "pruned",
    salt=3,
    start="dense",
    teacher="teacher",
    steps=500,
    learning_rate=5e-4,
    depths=((0.5, (5, 12)), (1.0, (12,))),
    dropout=0.15,
    encoder_sparsity=0.5,
    embedding_sparsity=0.6,
    pruning_span=(0.0, 0.5),
)

# A second shallow model, its word vectors nearer to where they began: three unpruned models agree better than two.
SECOND = Stage(
    "second", steps=900, learning_rate=1e-3, word_rate=0.1, depths=((1.0, (2,)),), dropout=0.2, word_drop=0.15
)
TEACHERS = Ensemble("teachers", members=(("shallow", 2), ("second", 2), ("dense", 12)))

POLISHED = Stage(
    "polished",
    salt=6,
    start="pruned",
    teacher="teachers",
    alpha=0.9,
    steps=600,
    learning_rate=5e-4,
    word_rate=0.3,
    depths=((0.5, (6, 12)), (1.0, (12,))),
    dropout=0.2,
    word_drop=0.15,
    keep_zeros=True,
)

QUANTISED = Stage(
    "quantised",
    salt=4,
    start="polished",
    teacher="teachers",
    steps=40,
    learning_rate=1e-4,
    keep_zeros=True,
    quantise=True,
)

OFF_RAMPS = OffRampStage("off-ramps", salt=5, start="quantised", teacher="teachers")

PRUNING_LEVELS = (50, 60, 70, 80, 90)  # % zeros in the encoder


def pruning_stage(method, level):
    """A short fine-tuning from the unpruned teacher, the same budget for all: the ablation's points, not the shipped model."""
    return Stage(
        f"{method}-{level}-stage",
        salt=10 + level,
        start="dense",
        teacher="teacher",
        steps=60,
        learning_rate=5e-4,
        encoder_sparsity=level / 100,
        movement=method == "movement",
        score_learning_rate=4e-4,
        pruning_span=(0.2, 0.8),  # movement needs steps to score before the first mask
    )


BACKBONE = (SHALLOW, SHALLOW_TEACHER, SPANS, DENSE, TEACHER)
PRUNING = tuple(
    part
    for level in PRUNING_LEVELS
    for method in ("magnitude", "movement")
    for part in (pruning_stage(method, level), Export(f"{method}-{level}", f"{method}-{level}-stage"))
)

RECIPES = {
    "full": (SHALLOW, SHALLOW_TEACHER, FULL, Export("sst2-full", "full")),
    "spans": (*BACKBONE, Export("sst2-spans-dense", "dense")),
    "sst2-spans": (
        *BACKBONE,
        PRUNED,
        SECOND,
        TEACHERS,
        POLISHED,
        Export("sst2-spans-pruned", "polished"),
        QUANTISED,
        OFF_RAMPS,
        Export("sst2-spans", "off-ramps"),
    ),
    "pruning": (*BACKBONE, *PRUNING),
}
