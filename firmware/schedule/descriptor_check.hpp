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

}  // namespace edgebert::firmware
