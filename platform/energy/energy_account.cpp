// SPDX-License-Identifier: Apache-2.0
#include "platform/energy/energy_account.hpp"

#include <algorithm>

#include "platform/energy/soc_size.hpp"

namespace edgebert {

using energy::Action;
using energy::Domain;
using energy::State;
using sc_core::sc_time;

namespace {

Action read_action(reram::CellKind kind) {
  switch (kind) {
    case reram::CellKind::mlc2:
      return Action::envm_read_mlc2_byte;
    case reram::CellKind::mlc3:
      return Action::envm_read_mlc3_byte;
    case reram::CellKind::slc:
      break;
  }
  return Action::envm_read_slc_byte;
}

}  // namespace

EnergyAccount::EnergyAccount(const energy::EnergyTable& table, const SocConfig& config, Soc& soc,
                             std::uint32_t layers)
    : config_(config),
      soc_(soc),
      ledger_(table, energy::size_of(config), layers),
      volts_(soc.accelerator.dvfs.voltage()),
      hertz_(1.0 / soc.accelerator_clock.period().to_seconds()),
      layer_(ledger_.idle_layer()) {
  energy::check_rows(config, table, volts_);
  soc.accelerator.dvfs.on_change([this](const sc_time& now, const dvfs::VfPoint& point) {
    set_operating_point(now, point.microvolts / 1e6, 1.0 / soc_.accelerator_clock.period().to_seconds());
  });
}

EnergyAccount::Counts EnergyAccount::counts() const {
  return {.instructions = soc_.cpu.core().instructions(),
          .sleeping_cycles = soc_.cpu.sleeping_cycles(),
          .core_accesses = soc_.bus.core_accesses(),
          .dma_beats = soc_.bus.dma_beats(),
          .sram_read = soc_.system_sram.bytes_read(),
          .sram_written = soc_.system_sram.bytes_written(),
          .weights_read = soc_.weight_memory.bytes_read(),
          .weights_written = soc_.weight_memory.bytes_written(),
          .activates = soc_.weight_memory.activates(),
          .envm_read = soc_.envm.bytes_read(),
          .envm_codes_read = soc_.envm.part_bytes_read()};
}

void EnergyAccount::begin(const Command& command) {
  if (command.layer == layer_) return;
  book(command.start);
  layer_ = command.layer;
}

void EnergyAccount::end(const Command& command, const Completion& completion) {
  const Work& work = completion.work;
  const auto add = [&](Action action, std::uint64_t count) {
    if (count != 0) ledger_.add(command.layer, action, static_cast<double>(count), volts_);
  };
  std::uint64_t port_bytes = completion.port_cycles * config_.pu.vmac_lanes;
  switch (command.unit) {
    case unit::Kind::processing_unit:
      add(Action::processing_unit_mac, work.macs - work.macs_gated);
      add(Action::processing_unit_mac_gated, work.macs_gated);
      add(Action::processing_unit_output_element, work.elements);
      break;
    case unit::Kind::softmax:
      add(Action::softmax_element, work.elements);
      add(Action::softmax_exp, work.exponentials);
      break;
    case unit::Kind::layernorm:
      add(Action::layernorm_element, work.elements);
      break;
    case unit::Kind::element_add:
      add(Action::element_add_element, work.elements);
      break;
    case unit::Kind::early_exit:
      add(Action::early_exit_exp, work.exponentials);
      break;
    case unit::Kind::dma:
      // Its port cycles are those of data buffers alone, and wider or narrower than its rows.
      port_bytes = work.bytes_loaded + work.bytes_stored;
      add(Action::dma_byte, port_bytes);
      break;
    default:
      break;
  }
  add(Action::buffers_byte, port_bytes);
}

void EnergyAccount::book(const sc_time& now) {
  const Counts after = counts();
  const auto add = [&](Action action, std::uint64_t later, std::uint64_t earlier) {
    if (later != earlier) ledger_.add(layer_, action, static_cast<double>(later - earlier), volts_);
  };
  add(Action::core_instruction, after.instructions, before_.instructions);
  add(Action::bus_core_access, after.core_accesses, before_.core_accesses);
  add(Action::bus_dma_beat, after.dma_beats, before_.dma_beats);
  add(Action::system_sram_read_byte, after.sram_read, before_.sram_read);
  add(Action::system_sram_write_byte, after.sram_written, before_.sram_written);
  const bool lpddr4 = config_.memory.weight_memory_kind == MemoryKind::lpddr4;
  add(lpddr4 ? Action::lpddr4_read_byte : Action::weight_memory_read_byte, after.weights_read,
      before_.weights_read);
  add(lpddr4 ? Action::lpddr4_write_byte : Action::weight_memory_write_byte, after.weights_written,
      before_.weights_written);
  add(Action::lpddr4_activate, after.activates, before_.activates);
  const SocConfig::Memories::Cells& cells = config_.memory.envm_cells;
  add(read_action(cells.data), after.envm_codes_read, before_.envm_codes_read);
  add(read_action(cells.mask), after.envm_read - after.envm_codes_read,
      before_.envm_read - before_.envm_codes_read);
  const double seconds = (now - since_).to_seconds();
  const double asleep = static_cast<double>(after.sleeping_cycles - before_.sleeping_cycles) *
                        soc_.core_clock.period().to_seconds();
  book_time(seconds, std::min(asleep, seconds));
  ledger_.end_segment(since_.to_seconds(), now.to_seconds(), layer_, volts_);
  before_ = after;
  since_ = now;
}

void EnergyAccount::book_time(double seconds, double core_asleep) {
  const bool idle = layer_ == ledger_.idle_layer();
  const State clocked = idle ? State::clock_gated : State::on;
  const State envm = config_.embedding.store == EmbeddingStore::dram ? State::off : clocked;
  const auto add = [&](Domain domain, State state, double time) {
    if (time > 0) ledger_.add_time(layer_, domain, state, time, volts_);
  };
  for (const Domain domain : {Domain::accelerator, Domain::accelerator_buffers, Domain::clock_generator,
                              Domain::bus, Domain::system_sram, Domain::weight_memory})
    add(domain, clocked, seconds);
  add(Domain::envm, envm, seconds);
  // The oscillator stays locked while its clock is gated.
  if (seconds > 0) ledger_.add(layer_, Action::clock_generator_cycle, seconds * hertz_, volts_);
  add(Domain::core, State::clock_gated, core_asleep);
  add(Domain::core, State::on, seconds - core_asleep);
  if (idle) return;
  ledger_.add(layer_, Action::accelerator_clock_cycle, seconds * hertz_, volts_);
  ledger_.add(layer_, Action::processing_unit_clock_cycle, seconds * hertz_, volts_);
}

void EnergyAccount::restart(const sc_time& now) {
  ledger_.restart();
  before_ = counts();
  since_ = now;
  layer_ = embedding_layer;
}

void EnergyAccount::set_operating_point(const sc_time& now, double volts, double hertz) {
  book(now);
  volts_ = volts;
  hertz_ = hertz;
}

energy::EnergyReport EnergyAccount::idle(double seconds) {
  ledger_.restart();
  layer_ = ledger_.idle_layer();
  book_time(seconds, seconds);
  ledger_.end_segment(0, seconds, layer_, volts_);
  energy::EnergyReport report = ledger_.report();
  energy::check_trace(report);
  return report;
}

energy::EnergyReport EnergyAccount::finish(const sc_time& answered, const sc_time& now) {
  book(answered);
  layer_ = ledger_.idle_layer();
  book(now);
  energy::EnergyReport report = ledger_.report();
  energy::check_trace(report);
  return report;
}

}  // namespace edgebert
