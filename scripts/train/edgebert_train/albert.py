# SPDX-License-Identifier: Apache-2.0
"""The small ALBERT: factorised embeddings, one post-layernorm layer applied several times, an off-ramp behind every layer.

Same function as golden/fp32 for the same tensors (HuggingFace's ALBERT, off-ramps as in DeeBERT); heads whose span is zero are
not computed at all. Not modelled: segment pairs, cross-layer parameter groups, a pretraining head.
"""
import dataclasses
import math

import torch
from torch import nn
from torch.nn import functional

from .attention_span import AttentionSpan


@dataclasses.dataclass(frozen=True)
class Geometry:
    """Sizes of a model; the defaults are those of checkpoints/sst2-small."""

    vocabulary: int = 30000
    embedding: int = 128
    hidden: int = 192
    heads: int = 12
    intermediate: int = 768
    layers: int = 12
    positions: int = 128
    sequence: int = 64  # tokens of the longest sentence, [CLS] and [SEP] included
    classes: int = 2
    token_types: int = 2
    layernorm_epsilon: float = 1e-12

    @property
    def head_size(self):
        return self.hidden // self.heads


class GeluNew(torch.autograd.Function):
    """gelu_new as x · sigmoid(2u), u = √(2/π)(x + 0.044715 x³), which equals x/2 · (1 + tanh u).

    torch's own tanh form takes three times as long on this version's CPU kernels, a quarter of a training step.
    """

    SCALE = 2 * math.sqrt(2 / math.pi)
    CUBIC = 0.044715

    @staticmethod
    def forward(context, x):
        square = x * x
        gate = (x * (square * (GeluNew.SCALE * GeluNew.CUBIC) + GeluNew.SCALE)).sigmoid_()
        context.save_for_backward(x, square, gate)
        return x * gate

    @staticmethod
    def backward(context, gradient):
        x, square, gate = context.saved_tensors
        slope = square.mul(3 * GeluNew.SCALE * GeluNew.CUBIC).add_(GeluNew.SCALE).mul_(x)
        return slope.mul_(1 - gate).add_(1).mul_(gate).mul_(gradient)


class OffRamp(nn.Module):
    """logits = classifier(tanh(pooler(h of the first token)))"""

    def __init__(self, geometry):
        super().__init__()
        self.pooler = nn.Linear(geometry.hidden, geometry.hidden)
        self.classifier = nn.Linear(geometry.hidden, geometry.classes)

    def forward(self, first_token):
        return self.classifier(torch.tanh(self.pooler(first_token)))


class SmallAlbert(nn.Module):
    """Weights by role; `transforms` maps (name, tensor) to the tensor used, in order: pruning masks, quantisation.

    The transforms see every floating-point weight but the off-ramps' once a forward pass, whatever the number of layers.
    """

    ENCODER_MATRICES = ("query.weight", "key.weight", "value.weight", "dense.weight", "ffn.weight", "ffn_output.weight")

    def __init__(self, geometry):
        super().__init__()
        self.geometry = g = geometry
        self.word_embeddings = nn.Embedding(g.vocabulary, g.embedding)
        self.position_embeddings = nn.Embedding(g.positions, g.embedding)
        self.token_type_embeddings = nn.Embedding(g.token_types, g.embedding)
        self.embedding_norm = nn.LayerNorm(g.embedding, eps=g.layernorm_epsilon)
        self.hidden_in = nn.Linear(g.embedding, g.hidden)
        self.query = nn.Linear(g.hidden, g.hidden)
        self.key = nn.Linear(g.hidden, g.hidden)
        self.value = nn.Linear(g.hidden, g.hidden)
        self.dense = nn.Linear(g.hidden, g.hidden)
        self.attention_norm = nn.LayerNorm(g.hidden, eps=g.layernorm_epsilon)
        self.ffn = nn.Linear(g.hidden, g.intermediate)
        self.ffn_output = nn.Linear(g.intermediate, g.hidden)
        self.output_norm = nn.LayerNorm(g.hidden, eps=g.layernorm_epsilon)
        self.off_ramps = nn.ModuleList(OffRamp(g) for _ in range(g.layers))
        self.span = AttentionSpan(g.heads)
        self.transforms = []
        self.activation = None  # what the tensors between products go through: quantisation, or nothing
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02 if "embeddings" in name else 1 / math.sqrt(parameter.shape[1]))

    def effective(self):
        """name -> tensor after the transforms, for every parameter but off-ramps and spans."""
        weights = {}
        for name, parameter in self.named_parameters():
            if name.startswith(("off_ramps.", "span.")):
                continue
            for transform in self.transforms:
                parameter = transform(name, parameter)
            weights[name] = parameter
        return weights

    def first_tokens(self, ids, lengths, depth=None, dropout=0.0):
        """Hidden states of [CLS] behind layers 1 … depth.

        ids: int64 [sentences, tokens], padded at the end; lengths: int64 [sentences]. Returns `depth` tensors of
        [sentences, hidden]. dropout: share of features zeroed, the same ones for all tokens of a sentence.
        """
        g = self.geometry
        w = self.effective()
        tokens = ids.shape[1]
        x = functional.embedding(ids, w["word_embeddings.weight"])
        x = x + w["position_embeddings.weight"][:tokens] + w["token_type_embeddings.weight"][0]
        x = self.norm(x, w, "embedding_norm")
        h = self.stored(functional.linear(x, w["hidden_in.weight"], w["hidden_in.bias"]))
        heads = self.span.heads_on()
        attention = self.attention_weights(w, heads) if heads else None
        bias = self.span.score_bias(heads, tokens)
        if bool((lengths != tokens).any()):
            padding = torch.zeros(len(ids), 1, 1, tokens)
            padding.masked_fill_(torch.arange(tokens)[None, None, None, :] >= lengths[:, None, None, None], -1e4)
            bias = padding if bias is None else bias + padding
        states = []
        for _ in range(depth or g.layers):
            h = self.layer(h, w, attention, bias, dropout)
            states.append(h[:, 0])
        return states

    def attention_weights(self, w, heads):
        """Query, key and value weights of the heads that are on as one matrix, and their columns of the output matrix."""
        if len(heads) == self.geometry.heads:
            rows = slice(None)
        else:
            rows = (torch.tensor(heads)[:, None] * self.geometry.head_size + torch.arange(self.geometry.head_size)).flatten()
        return (
            torch.cat([w[f"{role}.weight"][rows] for role in ("query", "key", "value")]),
            torch.cat([w[f"{role}.bias"][rows] for role in ("query", "key", "value")]),
            w["dense.weight"][:, rows],
            len(heads),
        )

    def layer(self, h, w, attention, bias, dropout):
        g = self.geometry
        mixed = w["dense.bias"]
        if attention is not None:
            qkv_weight, qkv_bias, dense_weight, heads = attention
            qkv = self.stored(functional.linear(h, qkv_weight, qkv_bias))
            query, key, value = qkv.view(*h.shape[:2], 3, heads, g.head_size).permute(2, 0, 3, 1, 4)
            scores = (query * g.head_size**-0.5) @ key.transpose(-1, -2)
            probabilities = functional.softmax(scores if bias is None else scores + bias, -1)
            context = (probabilities @ value).transpose(1, 2).reshape(*h.shape[:2], heads * g.head_size)
            mixed = drop(functional.linear(self.stored(context), dense_weight, w["dense.bias"]), dropout)
        h = self.norm(h + mixed, w, "attention_norm")
        inner = self.stored(GeluNew.apply(functional.linear(h, w["ffn.weight"], w["ffn.bias"])))
        out = drop(functional.linear(inner, w["ffn_output.weight"], w["ffn_output.bias"]), dropout)
        return self.norm(h + out, w, "output_norm")

    def norm(self, x, w, role):
        epsilon = self.geometry.layernorm_epsilon
        return self.stored(functional.layer_norm(x, x.shape[-1:], w[f"{role}.weight"], w[f"{role}.bias"], epsilon))

    def stored(self, x):
        return self.activation(x) if self.activation else x

    def forward(self, ids, lengths, depth=None, dropout=0.0):
        """Logits behind layers 1 … depth: [depth, sentences, classes]."""
        states = self.first_tokens(ids, lengths, depth, dropout)
        return torch.stack([ramp(state) for ramp, state in zip(self.off_ramps, states)])


def drop(x, share):
    """Dropout of whole features of a sentence: x [sentences, tokens, features]."""
    if share == 0:
        return x
    keep = (torch.rand(x.shape[0], 1, x.shape[2]) >= share).float() / (1 - share)
    return x * keep
