// SPDX-License-Identifier: Apache-2.0
#include "platform/tracing/soc_probe.hpp"

#include <utility>

#include "ip/dma/dma_regs.hpp"
#include "ip/dvfs/dvfs_regs.hpp"
#include "ip/pu/processing_unit_regs.hpp"
#include "ip/sfu/early_exit_regs.hpp"
#include "ip/sfu/element_add_regs.hpp"
#include "ip/sfu/layernorm_regs.hpp"
#include "ip/sfu/softmax_regs.hpp"

namespace edgebert::tracing {
namespace {

using sc_core::sc_time;

/// Kinds of units count up from the processing unit's, as tracks do.
std::size_t index_of(unit::Kind kind) {
  return static_cast<std::size_t>(kind) - static_cast<std::size_t>(unit::Kind::processing_unit);
}

/// What a command's registers say of its size.
std::array<Argument, 4> shape_of(Soc& soc, unit::Kind kind) {
  Accelerator& accelerator = soc.accelerator;
  switch (kind) {
    case unit::Kind::processing_unit: {
      const RegisterFile& registers = accelerator.processing_unit.registers;
      return {{{"rows", registers[processing_unit::rows]},
               {"columns", registers[processing_unit::columns]},
               {"reduction", registers[processing_unit::reduction]}}};
    }
    case unit::Kind::softmax: {
      const RegisterFile& registers = accelerator.softmax.registers;
      return {{{"rows", registers[softmax::rows]}, {"columns", registers[softmax::columns]}}};
    }
    case unit::Kind::layernorm: {
      const RegisterFile& registers = accelerator.layernorm.registers;
      return {{{"rows", registers[layernorm::rows]}, {"features", registers[layernorm::features]}}};
    }
    case unit::Kind::element_add: {
      const RegisterFile& registers = accelerator.element_add.registers;
      return {{{"rows", registers[element_add::rows]}, {"features", registers[element_add::features]}}};
    }
    case unit::Kind::early_exit:
      return {{{"classes", accelerator.early_exit.registers[early_exit::classes]}}};
    case unit::Kind::dma: {
      const RegisterFile& registers = accelerator.dma.registers;
      const auto operation = static_cast<dma::Operation>(dma::mode_operation.get(registers[dma::mode]));
      if (operation == dma::Operation::load_packed)
        return {{{"rows", registers[dma::rows]}, {"groups", registers[dma::groups]}}};
      return {{{"rows", registers[dma::rows]}, {"row_bytes", registers[dma::row_bytes]}}};
    }
    case unit::Kind::dvfs:
      return {{{"target_kHz", accelerator.dvfs.registers[dvfs::target_frequency]}}};
    default:
      return {};
  }
}

}  // namespace

SocProbe::SocProbe(Soc& soc, std::vector<Listener*> listeners, std::function<std::string()> wait_cause)
    : soc_(soc), listeners_(std::move(listeners)) {
  watch_interrupts();
  soc.cpu.on_sleep([this, cause = std::move(wait_cause)](const sc_time& now, bool asleep) {
    const std::string name = asleep ? "" : cause();
    tell([&](Listener& each) { asleep ? each.sleeps(now.value()) : each.wakes(now.value(), name); });
  });
  soc.bus.on_transfer([this](const Bus::Transfer& transfer) {
    const Time start = running_[index_of(unit::Kind::dma)].start;
    transfers_.push_back({.memory = track_of_memory(transfer.memory.basename()),
                          .write = transfer.write,
                          .address = transfer.address,
                          .bytes = transfer.bytes,
                          .begin = start + transfer.begin.value(),
                          .end = start + transfer.end.value()});
  });
  const auto show_point = [this](const sc_time& now, const edgebert::dvfs::VfPoint& point) {
    tell([&](Listener& each) { each.operating_point(now.value(), point.microvolts, point.kilohertz); });
  };
  show_point(sc_core::SC_ZERO_TIME, soc.accelerator.dvfs.point());
  soc.accelerator.dvfs.on_change(show_point);
  show_buffers(sc_core::SC_ZERO_TIME);
}

void SocProbe::watch_interrupts() {
  const auto watch = [this](InterruptOutput& wire, std::size_t line) {
    wire.observe([this, line](bool raised) {
      const Time now = soc_.cpu.local_time().value();
      tell([&](Listener& each) { each.interrupt(line, now, raised); });
    });
  };
  std::size_t line = 0;
  for (const auto& [name, unit] : soc_.accelerator.units()) watch(unit->interrupt, line++);
  watch(soc_.mailbox.interrupt, static_cast<std::size_t>(memory_map::InterruptLine::mailbox));
  watch(soc_.watchdog.interrupt, static_cast<std::size_t>(memory_map::InterruptLine::watchdog));
  watch(soc_.timer.interrupt, memory_map::interrupt_lines);
}

void SocProbe::begin(const edgebert::Command& command) {
  const std::size_t index = index_of(command.unit);
  running_[index] = {.unit = index,
                     .start = command.start.value(),
                     .layer = command.layer,
                     .op = command.op,
                     .head = command.head,
                     .row = command.row,
                     .column = command.column,
                     .shape = shape_of(soc_, command.unit)};
  if (command.unit == unit::Kind::dma) transfers_.clear();
  tell([&](Listener& each) { each.command_begins(running_[index]); });
}

void SocProbe::claimed(const edgebert::Command& command) {
  show_buffers(command.start);
  if (command.unit == unit::Kind::dma) tell([&](Listener& each) { each.transfers_begin(transfers_); });
}

void SocProbe::end(const edgebert::Command& command, const edgebert::Completion& completion) {
  const Work& work = completion.work;
  const Completion told{.end = completion.end.value(),
                        .busy = completion.busy,
                        .stalled_on_bus = completion.stalls.bus,
                        .stalled_on_memory = completion.stalls.memory,
                        .stalled_on_port = completion.stalls.port,
                        .macs = work.macs,
                        .macs_gated = work.macs_gated,
                        .elements = work.elements,
                        .bytes = work.bytes_loaded + work.bytes_stored,
                        .error = completion.error};
  const std::size_t index = index_of(command.unit);
  tell([&](Listener& each) { each.command_ends(running_[index], told); });
  show_buffers(completion.end);
}

void SocProbe::show_buffers(const sc_time& now) {
  const Accelerator& accelerator = soc_.accelerator;
  const std::array<std::uint64_t, buffer_count> bytes = {
      accelerator.decoders[0].data.claimed_bytes(), accelerator.decoders[1].data.claimed_bytes(),
      accelerator.decoders[0].mask.claimed_bytes(), accelerator.decoders[1].mask.claimed_bytes(),
      accelerator.auxiliary.claimed_bytes()};
  tell([&](Listener& each) { each.buffers_in_use(now.value(), bytes); });
}

void SocProbe::sentence_begins(const sc_time& now) {
  tell([&](Listener& each) { each.sentence_begins(now.value()); });
}

void SocProbe::sentence_ends(const sc_time& now, std::span<const energy::PowerSegment> power) {
  tell([&](Listener& each) { each.sentence_ends(now.value(), power); });
}

}  // namespace edgebert::tracing
