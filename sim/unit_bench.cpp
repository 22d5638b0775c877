// SPDX-License-Identifier: Apache-2.0
#include "sim/unit_bench.hpp"

#include <cstring>

#include <fmt/format.h>

#include "contract/error.hpp"

namespace edgebert::sim {
namespace {

constexpr std::uint32_t word_bytes = 4;

Accelerator::Parameters parameters_of(const SocConfig& config, std::uint32_t result_bytes) {
  return {.lanes = config.pu.vmac_lanes,
          .product_costs = config.timing.pu,
          .sfu_costs = config.timing.sfu,
          .arithmetic = config.numerics == NumericsPreset::exact ? product::Arithmetic::exact
                                                                 : product::Arithmetic::published,
          .data_bytes = config.buffers.data + result_bytes,
          .mask_bytes = config.buffers.mask,
          .auxiliary_bytes = config.buffers.auxiliary,
          .bus_width = 8,
          .sram_bytes = 0,
          .sram_rate = accelerator::rate_cycles,
          .weight_rate = accelerator::rate_cycles,
          .dvfs = {.curve = dvfs::VfCurve(config.dvfs.points),
                   .ldo = config.dvfs.ldo,
                   .adpll = config.dvfs.adpll,
                   .lookup = config.timing.sfu.dvfs_lookup}};
}

std::uint32_t aligned(std::uint64_t bytes) {
  return static_cast<std::uint32_t>(ceil_divide(bytes, word_bytes) * word_bytes);
}

std::uint64_t bytes_of(const CaseMatrix& matrix) {
  return std::uint64_t{matrix.rows} * matrix.row_bytes();
}

}  // namespace

UnitBench::UnitBench(sc_core::sc_module_name name, const SocConfig& config, std::uint32_t result_bytes)
    : sc_module(name),
      operand_bytes_(config.buffers.data),
      clock_(config.clocks.accelerator_hz),
      accelerator_("accelerator", parameters_of(config, result_bytes), clock_) {
  unsigned port = 0;
  for (const auto& [base, block] : accelerator_.register_blocks()) ports_[port++].bind(block->socket);
  accelerator_.dma.bus.bind(memory_);
}

void UnitBench::begin(std::uint32_t unit, std::span<const Register> map, const std::string& place) {
  port_ = 0;
  for (const auto& [base, block] : accelerator_.register_blocks()) {
    if (base == unit) break;
    ++port_;
  }
  place_ = place;
  used_ = {};
  auxiliary_used_ = 0;
  set(unit::interrupt, unit::interrupt_done | unit::interrupt_error);
  for (const Register& reg : map) {
    if (reg.access == Access::read_write) set(reg, reg.reset);
  }
}

std::uint32_t UnitBench::access(tlm::tlm_command command, const Register& reg, std::uint32_t value) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(reg.offset);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(word_bytes);
  payload.set_streaming_width(word_bytes);
  sc_core::sc_time delay;
  ports_[port_]->b_transport(payload, delay);
  if (!payload.is_response_ok())
    throw Error(Failure::internal, fmt::format("{}: cannot access register {}", place_, reg.name));
  return value;
}

void UnitBench::set(const Register& reg, std::uint32_t value) {
  access(tlm::TLM_WRITE_COMMAND, reg, value);
}

std::uint32_t UnitBench::get(const Register& reg) {
  return access(tlm::TLM_READ_COMMAND, reg, 0);
}

Cycles UnitBench::run() {
  const std::uint32_t before = get(unit::busy_cycles);
  set(unit::control, unit::control_start);
  sc_core::sc_start(sc_core::sc_max_time() - sc_core::sc_time_stamp(), sc_core::SC_EXIT_ON_STARVATION);
  const std::uint32_t status = get(unit::status);
  if (const std::uint32_t error = unit::status_error.get(status); error != 0) {
    throw Error(Failure::input,
                fmt::format("{}: the unit refuses the command with STATUS.error {}; its shape or format is "
                            "outside what the unit knows (docs/registers.md)",
                            place_, error));
  }
  return get(unit::busy_cycles) - before;  // modulo 2^32, as the register counts
}

BufferPlace UnitBench::put(std::uint32_t buffer, const CaseMatrix& matrix) {
  ScratchBuffer& data = accelerator_.decoders[buffer].data;
  const std::uint64_t bytes = bytes_of(matrix);
  const std::uint32_t base = used_[buffer];
  if (base + bytes > operand_bytes_) {
    throw Error(Failure::capacity,
                fmt::format("{}: an operand needs {} bytes of a data buffer, which has {}; raise "
                            "buffers.data",
                            place_, bytes, operand_bytes_));
  }
  if (matrix.wide()) {
    data.write(base, {reinterpret_cast<const std::uint8_t*>(matrix.values.data()), bytes});
  } else {
    data.write(base, std::vector<std::uint8_t>(matrix.values.begin(), matrix.values.end()));
  }
  used_[buffer] = aligned(base + bytes);
  return {buffer, base};
}

BufferPlace UnitBench::reserve(std::uint32_t buffer, const CaseMatrix& matrix) {
  const std::uint64_t bytes = bytes_of(matrix);
  if (bytes > operand_bytes_) {
    throw Error(Failure::capacity,
                fmt::format("{}: the result needs {} bytes of a data buffer, which has {}; raise "
                            "buffers.data",
                            place_, bytes, operand_bytes_));
  }
  const std::uint32_t base = used_[buffer];
  used_[buffer] = aligned(base + bytes);
  return {buffer, base};
}

std::uint32_t UnitBench::reserve_auxiliary(std::uint32_t bytes) {
  const std::uint32_t base = auxiliary_used_;
  if (std::uint64_t{base} + bytes > accelerator_.auxiliary.size()) {
    throw Error(
        Failure::capacity,
        fmt::format("{}: parameters need {} bytes of the auxiliary buffer, which has {} of {} left; "
                    "raise buffers.auxiliary",
                    place_, bytes, accelerator_.auxiliary.size() - base, accelerator_.auxiliary.size()));
  }
  auxiliary_used_ = aligned(std::uint64_t{base} + bytes);
  return base;
}

std::uint32_t UnitBench::put_auxiliary(std::span<const std::uint8_t> bytes) {
  const std::uint32_t base = reserve_auxiliary(static_cast<std::uint32_t>(bytes.size()));
  accelerator_.auxiliary.write(base, bytes);
  return base;
}

std::vector<std::int64_t> UnitBench::read(const BufferPlace& place, const CaseMatrix& shape) const {
  const auto bytes = accelerator_.decoders[place.buffer].data.read(place.base, bytes_of(shape));
  if (!shape.wide()) return {bytes.begin(), bytes.end()};
  std::vector<std::int32_t> words(bytes.size() / word_bytes);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  return {words.begin(), words.end()};
}

std::vector<std::int64_t> UnitBench::read_auxiliary_words(std::uint32_t base, std::uint32_t count) const {
  std::vector<std::int64_t> words;
  for (std::uint32_t i = 0; i < count; ++i)
    words.push_back(accelerator_.auxiliary.word<std::uint32_t>(base + word_bytes * i));
  return words;
}

}  // namespace edgebert::sim
