// SPDX-License-Identifier: Apache-2.0
#include "ip/common/unit.hpp"

#include <algorithm>
#include <string>

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

Unit::Effect Unit::on_write(const Register& reg, std::uint32_t previous, const sc_core::sc_time& delay) {
  if (reg.offset == unit::control.offset) {
    if ((registers[unit::control] & unit::control_start) == 0) return Effect::none;
    begin(delay);
    return Effect::events;
  }
  if (reg.offset == unit::interrupt.offset) {
    const std::uint32_t written = registers[unit::interrupt];
    registers.set(unit::interrupt, (written & ~causes) | (previous & causes & ~written));
    refresh_interrupt();
    return Effect::events;
  }
  return Effect::none;
}

void Unit::begin(const sc_core::sc_time& delay) {
  if (running_) {
    error_ = static_cast<std::uint32_t>(unit::Error::started_while_busy);
    log(LogLevel::warning, sc_core::sc_time_stamp() + delay,
        [] { return "started while a command runs: ignored"; });
    return;
  }
  running_ = true;
  start_ = sc_core::sc_time_stamp() + delay;
  domain_start_ = clock_.domain_time(start_);
  idle_ += domain_start_ - domain_end_;
  tag_ = registers[unit::tag];
  tag_position_ = registers[unit::tag_position];
  registers.set(unit::status, unit::status_busy.put(1));
  if (activity != nullptr) activity->begin(activity_kind(), domain_start_);
  if (command_observer != nullptr) command_observer->begin(command());
  log(LogLevel::debug, start_, [this] { return "starts " + described(); });
  if (clock_.changing()) {
    fail(unit::Error::clock_changing);
  } else {
    start();
  }
  if (command_observer != nullptr) command_observer->claimed(command());
}

void Unit::complete_after(Cycles cycles, const Stalls& stalls) {
  command_stalls_ = stalls;
  end_after(cycles, clock_.time(cycles), 0);
  const bool comes_first = activity_kind() == Activity::Kind::transfer;
  for (auto& [buffer, port_cycles] : ports_) {
    if (buffer != nullptr) buffer->port.enter(*this, comes_first, cycles, port_cycles);
  }
}

void Unit::complete_after(Cycles cycles, const sc_core::sc_time& time) {
  command_stalls_ = {};
  end_after(cycles, time, 0);
}

void Unit::end_after(Cycles cycles, const sc_core::sc_time& time, std::uint32_t error) {
  if (error != 0) command_stalls_ = {};
  command_cycles_ = cycles;
  error_ = error;
  refused_ = error != 0;
  completion_.notify(start_ + time - sc_core::sc_time_stamp());
}

void Unit::use_port(ScratchBuffer& buffer, Cycles port_cycles) {
  for (auto& use : ports_) {
    if (use.buffer != nullptr && use.buffer != &buffer) continue;
    use = {&buffer, use.port_cycles + port_cycles};
    return;
  }
}

Cycles Unit::cycles_left(const Unit& starting) const {
  const sc_core::sc_time end = start_ + clock_.time(command_cycles_ + lost_);
  return end > starting.start_ ? clock_.cycles(end - starting.start_) : 0;
}

void Unit::lose(Cycles cycles, Cycles Stalls::*cause) {
  if (!running_ || refused_) return;
  lost_ += cycles;
  command_stalls_.*cause += cycles;
}

void Unit::complete() {
  if (lost_ != 0) {
    completion_.notify(clock_.time(lost_));
    command_cycles_ += lost_;
    lost_ = 0;
    return;
  }
  running_ = false;
  const sc_core::sc_time& end = sc_core::sc_time_stamp();
  domain_end_ = clock_.domain_time(end);
  in_commands_ += domain_end_ - domain_start_;
  ++commands_;
  busy_cycles_ += command_cycles_ - command_stalls_.total();
  stalls_ += command_stalls_;
  release_claims();
  Cycles port_cycles = 0;
  for (auto& use : ports_) {
    if (use.buffer != nullptr) use.buffer->port.leave(*this);
    port_cycles += use.port_cycles;
    use = {};
  }
  if (activity != nullptr) activity->end(activity_kind(), domain_end_);
  if (command_observer != nullptr) {
    command_observer->end(command(), {.end = end,
                                      .busy = command_cycles_ - command_stalls_.total(),
                                      .stalls = command_stalls_,
                                      .work = refused_ ? Work{} : work(),
                                      .port_cycles = refused_ ? 0 : port_cycles,
                                      .error = error_});
  }
  log(LogLevel::debug, end, [this] {
    return "ends " + described() + " after " + std::to_string(command_cycles_) + " cycles, " +
           std::to_string(command_stalls_.total()) + " of them stalled";
  });
  if (error_ != 0) {
    log(LogLevel::warning, end,
        [this] { return described() + " ended with error " + std::to_string(error_); });
  }
  if (!refused_) finish();
  registers.set(unit::busy_cycles, static_cast<std::uint32_t>(busy_cycles_ + stalls_.total()));
  registers.set(unit::commands, static_cast<std::uint32_t>(commands_));
  registers.set(unit::status, unit::status_error.put(error_));
  const std::uint32_t cause = error_ == 0 ? unit::interrupt_done : unit::interrupt_error;
  registers.set(unit::interrupt, registers[unit::interrupt] | cause);
  refresh_interrupt();
}

sc_core::sc_time Unit::time_in_commands() const {
  if (!running_) return in_commands_;
  return in_commands_ + (clock_.domain_time(sc_core::sc_time_stamp()) - domain_start_);
}

sc_core::sc_time Unit::time_idle() const {
  if (running_) return idle_;
  return idle_ + (clock_.domain_time(sc_core::sc_time_stamp()) - domain_end_);
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
  return unit_kind() == unit::Kind::dma ? Activity::Kind::transfer : Activity::Kind::computation;
}

unit::Kind Unit::unit_kind() const {
  return static_cast<unit::Kind>(registers[unit::id] >> 16);
}

Command Unit::command() const {
  return {.unit = unit_kind(),
          .layer = static_cast<std::uint8_t>(unit::tag_layer.get(tag_)),
          .op = static_cast<Operator>(unit::tag_operator.get(tag_)),
          .start = start_,
          .head = static_cast<std::uint8_t>(unit::tag_head.get(tag_)),
          .row = static_cast<std::uint16_t>(unit::tag_row.get(tag_position_)),
          .column = static_cast<std::uint16_t>(unit::tag_column.get(tag_position_))};
}

std::string Unit::described() const {
  return "layer " + std::to_string(unit::tag_layer.get(tag_)) + ' ' +
         name_of(static_cast<Operator>(unit::tag_operator.get(tag_))) + ", head " +
         std::to_string(unit::tag_head.get(tag_)) + ", row " +
         std::to_string(unit::tag_row.get(tag_position_)) + ", column " +
         std::to_string(unit::tag_column.get(tag_position_));
}

Tile Unit::tile(std::uint32_t rows, std::uint32_t columns, Tile::Format format,
                std::span<const std::int32_t> values, std::uint32_t bias) const {
  return {.layer = static_cast<std::uint8_t>(unit::tag_layer.get(tag_)),
          .op = static_cast<Operator>(unit::tag_operator.get(tag_)),
          .head = static_cast<std::uint8_t>(unit::tag_head.get(tag_)),
          .row = unit::tag_row.get(tag_position_),
          .column = unit::tag_column.get(tag_position_),
          .rows = rows,
          .columns = columns,
          .format = format,
          .values = values,
          .bias = bias};
}

}  // namespace edgebert
