# SPDX-License-Identifier: Apache-2.0
"""Adaptive attention spans (Sukhbaatar et al., ACL 2019) in the form the platform calls in_span.

Head h weighs the key at distance t by mask(t) = clamp((reach_h − t) / R, 0, 1) before the softmax is normalised, so keys with
mask 0 take no part in it and need not be computed: p_j = mask_j · e^{s_j} / Σ mask_k · e^{s_k}. A head with reach <= 0 reaches
nothing, not even itself: it is off. Reaches are shared by all layers, as the weights are.
"""
import torch
from torch import nn

RAMP = 4.0  # R, tokens
UNREACHABLE = -1e4  # added to a score; e^{-1e4} is 0 in float32
FAINT = 1e-6  # below this mask the gradient is that of the clamp, 0


class AttentionSpan(nn.Module):
    """One reach a head, in tokens, and which heads are on."""

    def __init__(self, heads, ramp=RAMP):
        super().__init__()
        self.ramp = ramp
        self.reach = nn.Parameter(torch.zeros(heads))
        self.register_buffer("on", torch.ones(heads, dtype=torch.bool))
        self.register_buffer("limited", torch.tensor(False))

    def start(self, reach):
        """Limits every head to `reach` tokens; until then all keys are seen."""
        self.limited.fill_(True)
        with torch.no_grad():
            self.reach.fill_(reach)

    def heads_on(self):
        return self.on.nonzero().flatten().tolist()

    def switch_off(self, count):
        """Switches `count` more heads off, shortest reach first."""
        with torch.no_grad():
            order = self.reach.masked_fill(~self.on, float("inf")).argsort(stable=True)
            self.on[order[:count]] = False
            self.reach.masked_fill_(~self.on, 0.0)

    def clamp(self, longest):
        """Keeps on heads between 1 token (itself alone) and `longest`; off heads at 0."""
        with torch.no_grad():
            self.reach.clamp_(1.0, longest).masked_fill_(~self.on, 0.0)

    def masks(self, heads, tokens):
        """[heads, tokens, tokens] in 0 … 1, row = query."""
        position = torch.arange(tokens)
        distance = (position[:, None] - position[None, :]).abs().float()
        return ((self.reach[heads, None, None] - distance) / self.ramp).clamp(0, 1)

    def score_bias(self, heads, tokens):
        """What to add to the scores, ln(mask); None while all keys are seen."""
        if not self.limited or not heads:
            return None
        mask = self.masks(heads, tokens)
        return torch.where(mask > 0, mask.clamp_min(FAINT).log(), torch.full_like(mask, UNREACHABLE))

    def penalty(self):
        """Mean reach of the heads that are on, tokens."""
        return self.reach[self.on].mean() if bool(self.on.any()) else self.reach.sum()
