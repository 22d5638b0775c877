// SPDX-License-Identifier: Apache-2.0
#include "firmware/drivers/early_exit.hpp"

#include "firmware/hal/hal.hpp"
#include "ip/sfu/early_exit_regs.hpp"

namespace edgebert::firmware {
namespace {

constexpr uint32_t base = units::early_exit.base;

}  // namespace

void start(const AssessmentCommand& command, const Tag& tag) {
  hal::write(base, early_exit::source_format, format_word(command.logits));
  hal::write(base, early_exit::source_base, command.logits.base);
  hal::write(base, early_exit::classes, command.classes);
  hal::write(base, early_exit::threshold, command.threshold);
  start(units::early_exit, tag);
}

Assessment read_assessment() {
  return {hal::read(base, early_exit::entropy), (hal::read(base, early_exit::decision) & 1) != 0};
}

Assessment run(const AssessmentCommand& command, const Tag& tag) {
  start(command, tag);
  wait(units::early_exit);
  return read_assessment();
}

/// Assessments are the rule: MODE is put back, so that they need not write it.
uint32_t run(const PredictionCommand& command, const Tag& tag) {
  hal::write(base, early_exit::mode, static_cast<uint32_t>(early_exit::Command::predict));
  hal::write(base, early_exit::lut_base, command.base);
  hal::write(base, early_exit::lut_rows, command.rows);
  hal::write(base, early_exit::lut_columns, command.columns);
  hal::write(base, early_exit::threshold, command.threshold);
  start(units::early_exit, tag);
  wait(units::early_exit);
  hal::write(base, early_exit::mode, static_cast<uint32_t>(early_exit::Command::assess));
  return hal::read(base, early_exit::predicted_index);
}

Assessment run(const TestCommand& command, const Tag& tag) {
  hal::write(base, early_exit::mode, static_cast<uint32_t>(early_exit::Command::test));
  hal::write(base, early_exit::test_entropy, command.entropy);
  hal::write(base, early_exit::test_cycles, command.cycles);
  hal::write(base, early_exit::threshold, command.threshold);
  start(units::early_exit, tag);
  wait(units::early_exit);
  hal::write(base, early_exit::mode, static_cast<uint32_t>(early_exit::Command::assess));
  return read_assessment();
}

}  // namespace edgebert::firmware
