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

/// Looks up the last entropy in a table of the auxiliary buffer: Q16.16 nats, rows of the entropy at the
/// prediction layer and those expected behind it.
struct PredictionCommand {
  uint32_t base;  ///< in the auxiliary buffer
  uint32_t rows;
  uint32_t columns;    ///< predicted entropies of a row
  uint32_t threshold;  ///< Q16.16 nats
};

/// @return the first column, from 0, that is below the threshold, else the last
uint32_t run(const PredictionCommand& command, const Tag& tag);

/// An assessment whose outcome is given: recorded entropies instead of logits.
struct TestCommand {
  uint32_t entropy;    ///< Q16.16 nats
  uint32_t threshold;  ///< likewise
  uint32_t cycles;     ///< accelerator cycles it takes, at least 1
};

Assessment run(const TestCommand& command, const Tag& tag);

}  // namespace edgebert::firmware
