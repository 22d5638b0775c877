# SPDX-License-Identifier: Apache-2.0
"""AdaptivFloat<8,3> with a straight-through gradient (Tambe et al., DAC 2020; docs/numerics.md §2).

The value of a tensor rounded as the platform rounds it; the gradient passes unchanged.
"""
import torch

MANTISSA_STEPS = 16
LARGEST_BIAS = 7
EXPONENT_OFFSET = -10
EXPONENT_MAX = 7


def largest_value(bias):
    return 31.0 * 2.0 ** (bias - 7)


def smallest_value(bias):
    return 17.0 * 2.0 ** (bias - 14)


def exponent_bias(tensor):
    """The least bias whose largest value holds the tensor's largest magnitude without saturating."""
    magnitude = float(tensor.detach().abs().max())
    for bias in range(LARGEST_BIAS):
        # beyond 31.5/16 of the top binade rounds up out of it
        if magnitude < largest_value(bias) * 31.5 / 31:
            return bias
    return LARGEST_BIAS


def encode_value(tensor, bias):
    """Values of the AF8(bias) codes nearest to `tensor`, halves away from zero."""
    magnitude = tensor.abs()
    _, exponent = torch.frexp(magnitude)  # magnitude = m · 2^exponent with m in [0.5, 1)
    step = torch.ldexp(torch.ones_like(magnitude), exponent - 1) / MANTISSA_STEPS
    rounded = (magnitude / step + 0.5).floor() * step
    smallest = smallest_value(bias)
    rounded = rounded.clamp(smallest, largest_value(bias))
    rounded = torch.where(magnitude < smallest / 2, torch.zeros_like(rounded), rounded)
    return rounded * tensor.sign()


class StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(context, tensor, bias):
        return encode_value(tensor, bias)

    @staticmethod
    def backward(context, gradient):
        return gradient, None


def quantise_weight(name, tensor):
    """A transform of SmallAlbert: matrices as AdaptivFloat<8,3>; biases and layernorm vectors, 16-bit on the platform, stay."""
    if tensor.dim() != 2:
        return tensor
    return StraightThrough.apply(tensor, exponent_bias(tensor))


def quantise_activation(tensor):
    """An activation as the platform stores it between products, with the bias its own largest magnitude asks for."""
    return StraightThrough.apply(tensor, exponent_bias(tensor))
