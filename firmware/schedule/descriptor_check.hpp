// SPDX-License-Identifier: Apache-2.0
// Is this a model that firmware can run? Checked once at boot, so that nothing later divides by zero, runs
// over a table or programs a shape that a unit refuses.
#pragma once
#include "contract/model_descriptor.hpp"

namespace edgebert::firmware {

/// Outcome of a check. The word at fault goes into Failure.detail (bad_descriptor), its byte offset into
/// Failure.extra.
struct DescriptorFault {
  bool exists = false;
  uint32_t word = 0;
  uint32_t offset = 0;
};

DescriptorFault check_descriptor(const ModelDescriptor& model);

/// Checks a classifier against the model it belongs to. Offsets count from the off-ramp's first byte.
DescriptorFault check_off_ramp(const OffRamp& off_ramp, const ModelDescriptor& model);

/// Largest t whose mask code is not zero; the codes' zero is 0x00 or 0x80. 0 if all are zero.
uint32_t reach_of(const uint8_t* codes, uint32_t count);

constexpr bool head_is_off(const ModelDescriptor& model, uint32_t head) {
  return (model.heads_off[head / 32] >> head % 32 & 1) != 0;
}

}  // namespace edgebert::firmware
