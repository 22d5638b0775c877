// SPDX-License-Identifier: Apache-2.0
// Driver of the early-exit assessment unit.
#pragma once
#include "firmware/drivers/operand.hpp"
#include "firmware/drivers/unit.hpp"

namespace edgebert::firmware {

struct AssessmentCommand {
  Operand logits;  ///< wide
  uint32_t classes;
  uint32_t threshold;  ///< Q16.16 nats
};

struct Assessment {
  uint32_t entropy;      ///< Q16.16 nats
  bool below_threshold;  ///< the unit's decision
};

void start(const AssessmentCommand& command, const Tag& tag);

/// The last command's result.
Assessment read_assessment();

/// start, wait and read in one.
Assessment run(const AssessmentCommand& command, const Tag& tag);

}  // namespace edgebert::firmware
