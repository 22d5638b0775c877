# SPDX-License-Identifier: Apache-2.0
"""The recipes: which stages, in which order, with which settings. docs/model.md says what each gave."""
import dataclasses

from .convolution import ConvolutionStage
from .off_ramps import OffRampStage
from .trainer import Stage


@dataclasses.dataclass(frozen=True)
class Export:
    """The model of stage `start` as a checkpoint folder OUT/NAME."""

    name: str
    start: str


# Another kind of model, and the best one without pretraining: what the others learn from.
CONVOLUTION = ConvolutionStage("convolution", salt=7, steps=2260)
SECOND_CONVOLUTION = ConvolutionStage("second-convolution", salt=8, steps=2260, word_rate=0.1)
CONVOLUTIONS = ((CONVOLUTION, 1), (SECOND_CONVOLUTION, 1))

# One layer applied twice, all keys seen: what the deep models start from, and a teacher too.
SHALLOW = Stage(
    "shallow",
    teachers=CONVOLUTIONS,
    steps=1300,
    learning_rate=1e-3,
    word_rate=1.0,
    depths=((1.0, (2,)),),
    word_exchange=0.3,
)
FIRST_TEACHERS = (*CONVOLUTIONS, (SHALLOW, 2))

# Twelve layers, all keys seen: what the model is without spans.
FULL = Stage(
    "full",
    salt=1,
    start="shallow",
    teachers=FIRST_TEACHERS,
    steps=300,
    learning_rate=5e-4,
    depths=((0.2, (4,)), (0.7, (5, 12)), (1.0, (12,))),
    word_exchange=0.3,
)

# Half of the heads go early, while the others can still take over.
SPANS = Stage(
    "spans",
    salt=2,
    start="shallow",
    teachers=FIRST_TEACHERS,
    steps=600,
    word_rate=1.0,
    depths=((0.2, (4,)), (0.75, (5, 12)), (1.0, (12,))),
    word_exchange=0.3,
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
    teachers=FIRST_TEACHERS,
    steps=900,
    word_rate=0.5,
    depths=((0.5, (5, 12)), (1.0, (12,))),
    word_exchange=0.3,
    word_drop=0.15,
    learn_reach=(0.0, 0.7),
    reach_learning_rate=0.03,
    span_penalty=0.01,
)
# Unpruned, all of them: the teachers of everything that follows.
TEACHERS = (*FIRST_TEACHERS, (DENSE, 12))

PRUNED = Stage(
    "pruned",
    salt=3,
    start="dense",
    teachers=TEACHERS,
    steps=900,
    learning_rate=5e-4,
    word_rate=0.3,
    depths=((0.5, (5, 12)), (1.0, (12,))),
    word_exchange=0.3,
    word_drop=0.15,
    encoder_sparsity=0.5,
    embedding_sparsity=0.6,
    pruning_span=(0.0, 0.4),
)

# Back to sentences as they are.
POLISHED = Stage(
    "polished",
    salt=4,
    start="pruned",
    teachers=TEACHERS,
    steps=300,
    learning_rate=4e-4,
    word_rate=0.3,
    dropout=0.05,
    word_exchange=0.1,
    word_drop=0.05,
    keep_zeros=True,
)

QUANTISED = Stage(
    "quantised",
    salt=6,
    start="polished",
    teachers=TEACHERS,
    steps=40,
    learning_rate=1e-4,
    dropout=0.05,
    word_exchange=0.1,
    word_drop=0.05,
    keep_zeros=True,
    quantise=True,
)

OFF_RAMPS = OffRampStage("off-ramps", salt=5, start="quantised", teachers=TEACHERS, alpha=0.9, word_exchange=0.1)

PRUNING_LEVELS = (50, 60, 70, 80, 90)  # % zeros in the encoder


def pruning_stage(method, level):
    """A short fine-tuning from the unpruned teacher, the same budget for all: the ablation's points, not the shipped model."""
    return Stage(
        f"{method}-{level}-stage",
        salt=10 + level,
        start="dense",
        teachers=TEACHERS,
        steps=60,
        learning_rate=5e-4,
        word_exchange=0.3,
        encoder_sparsity=level / 100,
        movement=method == "movement",
        score_learning_rate=4e-4,
        pruning_span=(0.2, 0.8),  # movement needs steps to score before the first mask
    )


BEGINNING = (CONVOLUTION, SECOND_CONVOLUTION, SHALLOW)
BACKBONE = (*BEGINNING, SPANS, DENSE)
PRUNING = tuple(
    part
    for level in PRUNING_LEVELS
    for method in ("magnitude", "movement")
    for part in (pruning_stage(method, level), Export(f"{method}-{level}", f"{method}-{level}-stage"))
)

RECIPES = {
    "full": (*BEGINNING, FULL, Export("sst2-full", "full")),
    "spans": (*BACKBONE, Export("sst2-spans-dense", "dense")),
    "sst2-spans": (
        *BACKBONE,
        PRUNED,
        POLISHED,
        Export("sst2-spans-pruned", "polished"),
        QUANTISED,
        OFF_RAMPS,
        Export("sst2-spans", "off-ramps"),
    ),
    "pruning": (*BACKBONE, *PRUNING),
}
