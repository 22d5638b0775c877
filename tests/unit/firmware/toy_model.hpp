// SPDX-License-Identifier: Apache-2.0
// A random model of any geometry: the weight memory as firmware sees it, and the same numbers unpacked for
// the reference.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "contract/mailbox.hpp"
#include "tests/unit/firmware/fake_machine.hpp"

namespace edgebert::firmware_test {

struct Geometry {
  uint32_t embedding = 24;
  uint32_t hidden = 32;
  uint32_t heads = 4;
  uint32_t intermediate = 80;
  uint32_t layers = 3;
  uint32_t sequence = 20;
  uint32_t classes = 3;
  SpanForm span_form = SpanForm::none;
  SpanIndex span_index = SpanIndex::distance;
  uint32_t span_begin = 0;  ///< head h has mask codes other than zero for span_begin <= t <= reach + h
  uint32_t reach = 4;
  uint32_t off_ramps = 1;
  uint64_t heads_off = 0;
};

using Rows = std::vector<std::vector<uint32_t>>;

struct ToyLinear {
  Rows weights;
  std::vector<int16_t> channel_bias;
};

struct ToyModel {
  explicit ToyModel(const Geometry& geometry);

  ModelDescriptor descriptor{};
  std::vector<uint8_t> memory;  ///< the weight memory; the descriptor comes first
  Rows words, positions, types;
  std::map<std::string, std::vector<uint32_t>> norms;  ///< gamma and beta by name
  ToyLinear hidden_in, query, key, value, attention_output, ffn_inner, ffn_output;
  std::vector<ToyLinear> poolers, classifiers;
  std::vector<OffRamp> off_ramps;
  Rows span_masks;

  /// Writes the descriptor, as changed by a test, into the memory again.
  void refresh();
};

/// What firmware must compute for a job: every tensor, all rows, and the result.
struct Reference {
  std::map<TensorKey, Tensor> tensors;
  mailbox::Result result{};
};

Reference reference(const ToyModel& model, const mailbox::Job& job);

}  // namespace edgebert::firmware_test
