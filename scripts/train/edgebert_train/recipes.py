# SPDX-License-Identifier: Apache-2.0
"""The recipes: which stages, in which order, with which settings. docs/model.md says what each gave."""
import dataclasses

from .off_ramps import OffRampStage
from .trainer import Stage


@dataclasses.dataclass(frozen=True)
class Ensemble:
    """Mean probabilities at the last off-ramp of `members` (stages), at `depth` layers, for every training sentence."""

    name: str
    members: tuple
    depth: int


@dataclasses.dataclass(frozen=True)
class Export:
    """The model of stage `start` as a checkpoint folder OUT/NAME."""

    name: str
    start: str


# One layer applied twice, all keys seen: teachers, and what the deep models start from.
SHALLOW = tuple(
    Stage(f"shallow-{i}", salt=1000 * (i - 1), steps=1300, learning_rate=1e-3, depths=((1.0, (2,)),), dropout=0.15) for i in (1, 2)
)
TEACHER = Ensemble("teacher", members=("shallow-1",), depth=2)
TEACHERS = Ensemble("teachers", members=("shallow-1", "shallow-2"), depth=2)

FULL = Stage(
    "full",
    salt=1,
    start="shallow-1",
    teacher="teachers",
    steps=120,
    learning_rate=5e-4,
    depths=((0.2, (4,)), (0.7, (6, 12)), (1.0, (12,))),
)

SPANS = Stage(
    "spans",
    salt=2,
    start="shallow-1",
    teacher="teacher",
    steps=600,
    depths=((0.2, (4,)), (0.75, (5, 12)), (1.0, (12,))),
    start_reach=8.0,
    longest_reach=12.0,
    learn_reach=(0.03, 0.85),
    span_penalty=0.01,
    heads_off=((0.05, 2), (0.1, 4), (0.15, 6)),
)

PRUNED = Stage(
    "pruned",
    salt=3,
    start="spans",
    teacher="teachers",
    steps=300,
    learning_rate=5e-4,
    depths=((0.5, (5, 12)), (1.0, (12,))),
    encoder_sparsity=0.5,
    embedding_sparsity=0.6,
    pruning_span=(0.0, 0.5),
)

QUANTISED = Stage(
    "quantised",
    salt=4,
    start="pruned",
    teacher="teachers",
    steps=40,
    learning_rate=1e-4,
    keep_zeros=True,
    quantise=True,
)

OFF_RAMPS = OffRampStage("off-ramps", salt=5, start="quantised", teacher="teachers")

BACKBONE = (SHALLOW[0], TEACHER, SPANS, SHALLOW[1], TEACHERS)

RECIPES = {
    "full": (*SHALLOW, TEACHERS, FULL, Export("sst2-full", "full")),
    "spans": (*BACKBONE, Export("sst2-spans-dense", "spans")),
    "sst2-spans": (*BACKBONE, PRUNED, QUANTISED, OFF_RAMPS, Export("sst2-spans", "off-ramps")),
    **{stage.name: (stage,) for stage in SHALLOW},
}
