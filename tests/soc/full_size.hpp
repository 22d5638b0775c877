// SPDX-License-Identifier: Apache-2.0
// ALBERT-base with random weights: the variants and SoCs the full-size tests run.
#pragma once
#include "tests/soc/random_subject.hpp"

namespace edgebert::test {

/// The attention spans of the EdgeBERT paper for SST-2, its Table 1: seven heads are off.
inline const std::vector<std::uint32_t> paper_spans = {31, 0, 0, 0, 0, 101, 14, 5, 0, 36, 0, 0};

/// Heads that are on see few keys; three heads are off, one of them the first.
inline const std::vector<std::uint32_t> short_spans = {0, 8, 12, 20, 16, 0, 4, 30, 9, 24, 0, 6};

/// Without spans if the form is none.
inline model::RandomCheckpointOptions albert_base(std::uint32_t layers, double encoder_sparsity,
                                                  SpanForm form,
                                                  const std::vector<std::uint32_t>& spans = paper_spans,
                                                  SpanIndex index = SpanIndex::distance) {
  model::RandomCheckpointOptions options;
  options.layers = layers;
  options.encoder_sparsity = encoder_sparsity;
  if (form == SpanForm::none) return options;
  options.spans = spans;
  options.span_form = form;
  options.span_index = index;
  if (spans == short_spans) options.span_ramp = 8;
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
