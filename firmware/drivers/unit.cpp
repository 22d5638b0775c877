// SPDX-License-Identifier: Apache-2.0
#include "firmware/drivers/unit.hpp"

#include "firmware/hal/failure.hpp"
#include "firmware/hal/hal.hpp"
#include "firmware/hal/interrupts.hpp"
#include "ip/dma/dma_regs.hpp"

namespace edgebert::firmware {
namespace {

constexpr uint32_t both_causes = unit::interrupt_done | unit::interrupt_error;
constexpr uint32_t both_enables = both_causes << unit::interrupt_enable_shift;

[[noreturn]] void fail_unit(const Unit& which, mailbox::FailureCode code) {
  const uint32_t extra = which.kind == unit::Kind::dma ? hal::read(which.base, dma::fault_address) : 0;
  fail({code, which.base, hal::read(which.base, unit::status), extra, hal::read(which.base, unit::tag),
        hal::read(which.base, unit::tag_position)});
}

void acknowledge(const Unit& which) {
  const uint32_t status = hal::read(which.base, unit::status);
  hal::write(which.base, unit::interrupt, both_enables | both_causes);
  if (unit::status_error.get(status) != 0) fail_unit(which, mailbox::FailureCode::unit_error);
}

}  // namespace

void check_identity(uint32_t base, unit::Kind kind) {
  const uint32_t found = hal::read(base, unit::id);
  const uint32_t expected = static_cast<uint32_t>(kind) << 16 | unit::version;
  if (found != expected) fail({mailbox::FailureCode::wrong_unit, base, found, expected, 0, 0});
}

void initialise(const Unit& which) {
  check_identity(which.base, which.kind);
  hal::write(which.base, unit::interrupt, both_enables | both_causes);
}

void start(const Unit& which, const Tag& tag) {
  hal::write(which.base, unit::tag,
             unit::tag_layer.put(tag.layer) | unit::tag_operator.put(static_cast<uint32_t>(tag.op)) |
                 unit::tag_head.put(tag.head));
  hal::write(which.base, unit::tag_position, unit::tag_row.put(tag.row) | unit::tag_column.put(tag.column));
  hal::write(which.base, unit::control, unit::control_start);
}

void wait(const Unit& which) {
  if (wait_for_units(bit_of(which.line)) != which.line) fail_unit(which, mailbox::FailureCode::watchdog);
  acknowledge(which);
}

void wait_for_both(const Unit& a, const Unit& b) {
  const memory_map::InterruptLine line = wait_for_units(bit_of(a.line) | bit_of(b.line));
  if (line != a.line && line != b.line) fail_unit(a, mailbox::FailureCode::watchdog);
  const bool a_came_first = line == a.line;
  acknowledge(a_came_first ? a : b);
  wait(a_came_first ? b : a);
}

}  // namespace edgebert::firmware
