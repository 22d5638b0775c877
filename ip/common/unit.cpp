// SPDX-License-Identifier: Apache-2.0
#include "ip/common/unit.hpp"

#include <algorithm>

namespace edgebert {
namespace {
constexpr std::uint32_t causes = unit::interrupt_done | unit::interrupt_error;
}

Unit::Unit(sc_core::sc_module_name name, unit::Kind kind, std::span<const Register> own,
           const ClockDomain& clock)
    : RegisterTarget(name, unit::map), clock_(clock) {
  registers.declare(own);
  registers.set(unit::id, static_cast<std::uint32_t>(kind) << 16 | unit::version);
  SC_HAS_PROCESS(Unit);
  SC_METHOD(complete);
  sensitive << completion_;
  dont_initialize();
}

void Unit::on_write(const Register& reg, std::uint32_t previous, const sc_core::sc_time& delay) {
  if (reg.offset == unit::control.offset) {
    if ((registers[unit::control] & unit::control_start) == 0) return;
    if (busy_) {
      error_ = static_cast<std::uint32_t>(unit::Error::started_while_busy);
      return;
    }
    busy_ = true;
    start_delay_ = delay;
    tag_ = registers[unit::tag];
    tag_position_ = registers[unit::tag_position];
    registers.set(unit::status, unit::status_busy.put(1));
    if (activity != nullptr) activity->begin(activity_kind(), sc_core::sc_time_stamp() + delay);
    start();
  } else if (reg.offset == unit::interrupt.offset) {
    const std::uint32_t written = registers[unit::interrupt];
    registers.set(unit::interrupt, (written & ~causes) | (previous & causes & ~written));
    refresh_interrupt();
  }
}

void Unit::complete_after(Cycles cycles) {
  end_after(cycles, 0);
}

void Unit::end_after(Cycles cycles, std::uint32_t error) {
  running_cycles_ = cycles;
  error_ = error;
  refused_ = error != 0;
  completion_.notify(start_delay_ + clock_.time(cycles));
}

void Unit::complete() {
  busy_ = false;
  ++commands_;
  busy_cycles_ += running_cycles_;
  release_claims();
  if (activity != nullptr) activity->end(activity_kind(), sc_core::sc_time_stamp());
  if (!refused_) finish();
  registers.set(unit::busy_cycles, static_cast<std::uint32_t>(busy_cycles_));
  registers.set(unit::commands, static_cast<std::uint32_t>(commands_));
  registers.set(unit::status, unit::status_error.put(error_));
  const std::uint32_t cause = error_ == 0 ? unit::interrupt_done : unit::interrupt_error;
  registers.set(unit::interrupt, registers[unit::interrupt] | cause);
  refresh_interrupt();
}

bool Unit::claim(ScratchBuffer& buffer, std::uint64_t base, std::uint64_t rows, std::uint64_t stride,
                 std::uint64_t row_bytes, ScratchBuffer::Use use) {
  if (rows == 0 || row_bytes == 0) return true;
  if (!buffer.claim(this, base, base + (rows - 1) * stride + row_bytes, use)) return false;
  if (std::find(std::begin(claimed_), std::end(claimed_), &buffer) == std::end(claimed_)) {
    *std::find(std::begin(claimed_), std::end(claimed_), nullptr) = &buffer;
  }
  return true;
}

void Unit::release_claims() {
  for (ScratchBuffer*& buffer : claimed_) {
    if (buffer != nullptr) buffer->release(this);
    buffer = nullptr;
  }
}

void Unit::refresh_interrupt() {
  const std::uint32_t word = registers[unit::interrupt];
  interrupt.set((word & (word >> unit::interrupt_enable_shift) & causes) != 0);
}

Activity::Kind Unit::activity_kind() const {
  const std::uint32_t kind = registers[unit::id] >> 16;
  return kind == static_cast<std::uint32_t>(unit::Kind::dma) ? Activity::Kind::transfer
                                                             : Activity::Kind::computation;
}

Tile Unit::tile(std::uint32_t rows, std::uint32_t columns, Tile::Format format,
                std::span<const std::int32_t> values) const {
  return {.layer = static_cast<std::uint8_t>(unit::tag_layer.get(tag_)),
          .op = static_cast<Operator>(unit::tag_operator.get(tag_)),
          .head = static_cast<std::uint8_t>(unit::tag_head.get(tag_)),
          .row = unit::tag_row.get(tag_position_),
          .column = unit::tag_column.get(tag_position_),
          .rows = rows,
          .columns = columns,
          .format = format,
          .values = values};
}

}  // namespace edgebert
