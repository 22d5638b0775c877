#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""torch_forward.py ENGINE: a float32 forward of ALBERT-base in plain PyTorch, repeated as worker.py asks.

What the SoC's firmware computes: embedding, 12 shared layers over 128 tokens, after each an off-ramp (pooler, classifier,
entropy). Random weights; query, key and value as one product; the fused tanh GELU. One thread. ENGINE is `eager`; `frozen`,
which is traced, frozen and optimised for inference; or `onednn`, whose linear layers go to oneDNN instead of the BLAS library.
"""
import sys

try:
    import torch
except ImportError as error:
    sys.exit(f"{error}; install python3-torch")
import worker
from torch import nn
from torch.nn import functional
from torch.utils import mkldnn

VOCABULARY, EMBEDDING, HIDDEN, HEADS, INTERMEDIATE, LAYERS, TOKENS, CLASSES = 30000, 128, 768, 12, 3072, 12, 128, 2
HEAD_SIZE = HIDDEN // HEADS


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.query_key_value = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.attention_output = nn.Linear(HIDDEN, HIDDEN)
        self.attention_norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.ffn = nn.Linear(HIDDEN, INTERMEDIATE)
        self.ffn_output = nn.Linear(INTERMEDIATE, HIDDEN)
        self.output_norm = nn.LayerNorm(HIDDEN, eps=1e-12)

    def forward(self, hidden):
        """(TOKENS, HIDDEN) to the same"""
        heads = self.query_key_value(hidden).view(TOKENS, 3, HEADS, HEAD_SIZE).permute(1, 2, 0, 3)
        query, key, value = heads[0], heads[1], heads[2]
        scores = torch.bmm(query, key.transpose(1, 2)) * HEAD_SIZE**-0.5
        context = torch.bmm(torch.softmax(scores, -1), value).transpose(0, 1).reshape(TOKENS, HIDDEN)
        attended = self.attention_norm(hidden + self.attention_output(context))
        inner = functional.gelu(self.ffn(attended), approximate="tanh")
        return self.output_norm(attended + self.ffn_output(inner))


class OffRamp(nn.Module):
    def __init__(self):
        super().__init__()
        self.pooler = nn.Linear(HIDDEN, HIDDEN)
        self.classifier = nn.Linear(HIDDEN, CLASSES)

    def forward(self, hidden):
        """(TOKENS, HIDDEN) to logits and their entropy"""
        logits = self.classifier(torch.tanh(self.pooler(hidden[:1])))
        probabilities = torch.softmax(logits, -1)
        return logits, -(probabilities * torch.log(probabilities)).sum()


class Albert(nn.Module):
    def __init__(self):
        super().__init__()
        self.word = nn.Embedding(VOCABULARY, EMBEDDING)
        self.position = nn.Embedding(512, EMBEDDING)
        self.token_type = nn.Embedding(2, EMBEDDING)
        self.embedding_norm = nn.LayerNorm(EMBEDDING, eps=1e-12)
        self.hidden_in = nn.Linear(EMBEDDING, HIDDEN)
        self.layer = Layer()
        self.off_ramps = nn.ModuleList(OffRamp() for _ in range(LAYERS))

    def forward(self, token_ids):
        """(TOKENS) to the logits of every off-ramp and their entropies"""
        positions = torch.arange(TOKENS)
        embedded = self.word(token_ids) + self.position(positions) + self.token_type(torch.zeros_like(token_ids))
        hidden = self.hidden_in(self.embedding_norm(embedded))
        logits, entropies = [], []
        for off_ramp in self.off_ramps:
            hidden = self.layer(hidden)
            of_layer = off_ramp(hidden)
            logits.append(of_layer[0])
            entropies.append(of_layer[1])
        return torch.cat(logits), torch.stack(entropies)


def blas_library():
    """The path behind the BLAS library this process has loaded."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = {line.split()[-1] for line in maps if "blas" in line.split()[-1]}
    return ", ".join(sorted(paths))


def prepared(engine, model, token_ids):
    """The model as the engine wants it."""
    if engine == "frozen":
        return torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, token_ids)))
    return mkldnn.to_mkldnn(model) if engine == "onednn" else model


def main():
    if sys.argv[1:] not in (["eager"], ["frozen"], ["onednn"]):
        sys.exit("usage: torch_forward.py eager|frozen|onednn")
    torch.set_num_threads(1)
    torch.manual_seed(1)
    token_ids = torch.randint(VOCABULARY, (TOKENS,))
    with torch.no_grad():
        model = prepared(sys.argv[1], Albert().eval(), token_ids)
        for _ in range(3):
            model(token_ids)
        worker.serve({"torch": torch.__version__, "blas": blas_library(), "threads": torch.get_num_threads()},
                     lambda: model(token_ids))


if __name__ == "__main__":
    main()
