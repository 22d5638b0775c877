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

}  // namespace edgebert::firmware
