// SPDX-License-Identifier: Apache-2.0
// ALBERT-base with random weights: the variants and SoCs the full-size tests run.
#pragma once
#include "tests/soc/random_subject.hpp"

namespace edgebert::test {

/// The attention spans of the EdgeBERT paper for SST-2, its Table 1: seven heads are off.
inline const std::vector<std::uint32_t> paper_spans = {31, 0, 0, 0, 0, 101, 14, 5, 0, 36, 0, 0};

/// Without spans if the form is none; otherwise the paper's.
inline model::RandomCheckpointOptions albert_base(std::uint32_t layers, double encoder_sparsity,
                                                  SpanForm form) {
  model::RandomCheckpointOptions options;
  options.layers = layers;
  options.encoder_sparsity = encoder_sparsity;
  if (form == SpanForm::none) return options;
  options.spans = paper_spans;
  options.span_form = form;
  return options;
}

/// Data and mask buffers of the paper, halved or doubled; the dense embeddings lie behind the weights.
enum class BufferSize { half, paper, twice };

inline SocConfig soc(std::uint32_t lanes, BufferSize size = BufferSize::paper) {
  SocConfig config;
  config.pu.vmac_lanes = lanes;
  config.embedding.store = EmbeddingStore::dram;
  const std::uint32_t doublings = static_cast<std::uint32_t>(size);
  config.buffers.data = config.buffers.data / 2 << doublings;
  config.buffers.mask = config.buffers.mask / 2 << doublings;
  return config;
}

}  // namespace edgebert::test
