// SPDX-License-Identifier: Apache-2.0
#include "platform/operator_table.hpp"

namespace edgebert {

OperatorTable::OperatorTable(std::uint32_t layers) : entries_((std::size_t{layers} + 1) * operator_count) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    entries_[i].done.layer = static_cast<std::uint8_t>(i / operator_count);
    entries_[i].done.op = static_cast<Operator>(i % operator_count);
  }
}

OperatorTable::Entry& OperatorTable::entry(const Command& command) {
  const auto op = static_cast<std::size_t>(command.op);
  const std::size_t index = command.layer * std::size_t{operator_count} + op;
  return op < operator_count && index < entries_.size() ? entries_[index] : entries_.front();
}

void OperatorTable::begin(const Command& command) {
  Entry& of = entry(command);
  // Nothing was at work: firmware was busy preparing this command.
  if (running_++ == 0) of.firmware += command.start - idle_since_;
  if (of.running++ == 0) of.since = command.start;
}

void OperatorTable::end(const Command& command, const Completion& completion) {
  Entry& of = entry(command);
  if (--of.running == 0) of.at_work += completion.end - of.since;
  if (--running_ == 0) idle_since_ = completion.end;
  OperatorReport& done = of.done;
  const auto& [end, busy, stalls, work, port_cycles] = completion;
  ++done.commands;
  done.port_stall_cycles += stalls.port;
  done.macs += work.macs;
  done.bytes_loaded += work.bytes_loaded;
  done.bytes_stored += work.bytes_stored;
  if (command.unit == unit::Kind::dma) {
    done.transfer_cycles += busy + stalls.bus + stalls.memory;
  } else if (command.unit == unit::Kind::processing_unit) {
    done.processing_unit_cycles += busy;
  } else {
    done.special_function_unit_cycles += busy;
  }
}

void OperatorTable::restart(const sc_core::sc_time& now) {
  idle_since_ = now;
  for (Entry& of : entries_) {
    of.done = {.layer = of.done.layer, .op = of.done.op};
    of.since = now;
    of.at_work = of.firmware = sc_core::SC_ZERO_TIME;
  }
}

std::vector<OperatorReport> OperatorTable::report(const ClockDomain& clock,
                                                  const sc_core::sc_time& now) const {
  std::vector<OperatorReport> reports;
  for (const Entry& of : entries_) {
    if (of.done.commands == 0 && of.running == 0) continue;
    OperatorReport& report = reports.emplace_back(of.done);
    const bool goes_on = of.running != 0 && of.since < now;
    report.cycles = clock.cycles(goes_on ? of.at_work + (now - of.since) : of.at_work);
    report.firmware_cycles = clock.cycles(of.firmware);
  }
  return reports;
}

}  // namespace edgebert
