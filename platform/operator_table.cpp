// SPDX-License-Identifier: Apache-2.0
#include "platform/operator_table.hpp"

namespace edgebert {

OperatorTable::OperatorTable(std::uint32_t layers, const ClockDomain& clock)
    : clock_(clock), entries_((std::size_t{layers} + 1) * operator_count) {
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
  const sc_core::sc_time start = clock_.domain_time(command.start);
  // Nothing was at work: firmware was busy preparing this command.
  if (running_++ == 0) of.firmware += start - idle_since_;
  if (of.running++ == 0) of.since = start;
}

void OperatorTable::end(const Command& command, const Completion& completion) {
  Entry& of = entry(command);
  const sc_core::sc_time end = clock_.domain_time(completion.end);
  if (--of.running == 0) of.at_work += end - of.since;
  if (--running_ == 0) idle_since_ = end;
  OperatorReport& done = of.done;
  const auto& [real_end, busy, stalls, work, port_cycles, error] = completion;
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
  idle_since_ = clock_.domain_time(now);
  for (Entry& of : entries_) {
    of.done = {.layer = of.done.layer, .op = of.done.op};
    of.since = idle_since_;
    of.at_work = of.firmware = sc_core::SC_ZERO_TIME;
  }
}

std::vector<OperatorReport> OperatorTable::report(const sc_core::sc_time& now) const {
  const sc_core::sc_time until = clock_.domain_time(now);
  std::vector<OperatorReport> reports;
  for (const Entry& of : entries_) {
    if (of.done.commands == 0 && of.running == 0) continue;
    OperatorReport& report = reports.emplace_back(of.done);
    const bool goes_on = of.running != 0 && of.since < until;
    report.cycles = clock_.domain_cycles(goes_on ? of.at_work + (until - of.since) : of.at_work);
    report.firmware_cycles = clock_.domain_cycles(of.firmware);
  }
  return reports;
}

}  // namespace edgebert
