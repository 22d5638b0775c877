# SPDX-License-Identifier: Apache-2.0
"""Magnitude pruning (Zhu and Gupta 2017) and movement pruning (Sanh et al., NeurIPS 2020) on the cubic schedule.

A Pruner is a transform of SmallAlbert: weight · mask. Masks have exactly round(sparsity · size) zeros a matrix.
Magnitude keeps the largest |w|. Movement keeps the largest scores S; S receives the gradient ∂L/∂(w·mask) · w as if the mask
were the identity of S, so weights that move away from zero score high. S starts at |w|, not at 0 as in the paper: from 0 the
first masks are noise, and one layer that is applied twelve times does not survive them in a short fine-tuning.
"""
import torch


def cubic_sparsity(step, begin, end, final):
    """Sparsity at `step`: 0 until begin, final · (1 − (1 − p)³) between, final from end on."""
    p = min(max((step - begin) / max(end - begin, 1), 0.0), 1.0)
    return final * (1 - (1 - p) ** 3)


def mask_of_largest(scores, sparsity):
    """Ones where `scores` is largest; round(sparsity · size) zeros exactly. Equal scores: any fixed choice."""
    zeros = round(sparsity * scores.numel())
    mask = torch.ones(scores.numel())
    if zeros:
        mask[torch.topk(scores.detach().flatten(), zeros, largest=False).indices] = 0
    return mask.view_as(scores)


class MaskOfScores(torch.autograd.Function):
    """The mask forward; backward the identity to the scores."""

    @staticmethod
    def forward(context, scores, mask):
        return mask.clone()

    @staticmethod
    def backward(context, gradient):
        return gradient, None


class Pruner:
    """Masks for the named matrices of `model`.

    targets: name -> final sparsity; movement: names scored by movement, the others by magnitude.
    """

    def __init__(self, model, targets, movement=()):
        parameters = dict(model.named_parameters())
        self.parameters = {name: parameters[name] for name in targets}
        self.targets = dict(targets)
        self.masks = {name: torch.ones_like(p) for name, p in self.parameters.items()}
        self.scores = {name: self.parameters[name].detach().abs().requires_grad_() for name in movement}

    def update(self, step, begin, end):
        """Recomputes the masks for `step` of the schedule."""
        for name, final in self.targets.items():
            order = self.scores[name] if name in self.scores else self.parameters[name].detach().abs()
            self.masks[name] = mask_of_largest(order, cubic_sparsity(step, begin, end, final))

    def __call__(self, name, tensor):
        if name not in self.masks:
            return tensor
        mask = self.masks[name]
        return tensor * (MaskOfScores.apply(self.scores[name], mask) if name in self.scores else mask)

    def bake(self):
        """Writes the zeros into the weights."""
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.mul_(self.masks[name])

    def state(self):
        return {"masks": self.masks, "scores": {name: s.detach() for name, s in self.scores.items()}}

    def load(self, state):
        self.masks = state["masks"]
        with torch.no_grad():
            for name, score in self.scores.items():
                score.copy_(state["scores"][name])


def fixed_masks(model, names):
    """A Pruner that keeps the zeros a model has and makes no new ones."""
    pruner = Pruner(model, {name: 0.0 for name in names})
    pruner.masks = {name: (p.detach() != 0).float() for name, p in pruner.parameters.items()}
    return pruner
