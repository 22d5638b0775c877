// SPDX-License-Identifier: Apache-2.0
#include "platform/bus.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "ip/common/timing.hpp"

namespace edgebert {
namespace {

constexpr std::uint64_t longest_burst = 256;
/// Registers of a unit lie within one, those of two units do not.
constexpr std::uint64_t page_bytes = 4096;

const char* response_name(tlm::tlm_response_status status) {
  switch (status) {
    case tlm::TLM_ADDRESS_ERROR_RESPONSE:
      return "nothing answers there";
    case tlm::TLM_COMMAND_ERROR_RESPONSE:
      return "read-only";
    case tlm::TLM_BURST_ERROR_RESPONSE:
      return "registers take aligned 32-bit accesses";
    default:
      return "error response";
  }
}

}  // namespace

Bus::Bus(sc_core::sc_module_name name, const Parameters& parameters)
    : sc_module(name),
      parameters_(parameters),
      register_time_(parameters.cycle * static_cast<double>(parameters.register_latency)) {
  core.register_b_transport(this, &Bus::core_transport);
  core.register_transport_dbg(this, &Bus::debug_transport);
  dma.register_b_transport(this, &Bus::dma_transport);
  dma.register_transport_dbg(this, &Bus::debug_transport);
}

void Bus::map_registers(std::uint32_t base, std::uint64_t bytes, tlm::tlm_base_target_socket<>& target) {
  auto socket =
      std::make_unique<tlm_utils::simple_initiator_socket<Bus>>(sc_core::sc_gen_unique_name("to_registers"));
  socket->bind(target);
  regions_.push_back({base, bytes, nullptr, std::move(socket)});
}

void Bus::map_memory(std::uint32_t base, Memory& memory) {
  auto socket =
      std::make_unique<tlm_utils::simple_initiator_socket<Bus>>(sc_core::sc_gen_unique_name("to_memory"));
  socket->bind(memory.socket);
  regions_.push_back({base, memory.size(), &memory, std::move(socket)});
}

Bus::Region* Bus::find(std::uint64_t address, std::uint64_t bytes, RecentRegions& recent) {
  Region*& last = recent[address / page_bytes % recent.size()];
  const auto inside = [address](const Region& region) {
    return address >= region.base && address - region.base < region.bytes;
  };
  if (last == nullptr || !inside(*last)) {
    const auto found = std::find_if(regions_.begin(), regions_.end(), inside);
    if (found == regions_.end()) return nullptr;
    last = &*found;
  }
  return bytes <= last->bytes - (address - last->base) ? last : nullptr;
}

bool Bus::forward(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay, Region* region,
                  const char* initiator) {
  const std::uint64_t address = payload.get_address();
  if (region == nullptr) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  } else {
    payload.set_address(address - region->base);
    (*region->socket)->b_transport(payload, delay);
    payload.set_address(address);
  }
  if (payload.is_response_ok()) return true;
  last_fault_ = {initiator, payload.is_write(), address, payload.get_data_length(),
                 response_name(payload.get_response_status())};
  log(LogLevel::warning, sc_core::sc_time_stamp() + delay, [this] {
    return fmt::format("{} {} of {} bytes at {:#010x}: {}", last_fault_->initiator,
                       last_fault_->write ? "write" : "read", last_fault_->bytes, last_fault_->address,
                       last_fault_->response);
  });
  return false;
}

void Bus::core_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  Region* region = find(payload.get_address(), payload.get_data_length(), recent_of_core_);
  ++core_accesses_;
  if (core_beat_sink_) core_beat_sink_();
  const bool done = forward(payload, delay, region, "core");
  if (access_sink_ && done && region->memory == nullptr) [[unlikely]]
    show_access(payload, delay);
  delay += register_time_;
  if (region == nullptr || region->memory == nullptr) return;
  const BurstTime burst = region->memory->burst(payload.get_address() - region->base,
                                                payload.get_data_length(), payload.is_read());
  delay += sc_core::sc_time::from_value(burst.latency + burst.data);
}

void Bus::show_access(const tlm::tlm_generic_payload& payload, const sc_core::sc_time& delay) {
  std::uint32_t value = 0;
  std::memcpy(&value, payload.get_data_ptr(), std::min<std::size_t>(sizeof value, payload.get_data_length()));
  access_sink_({sc_core::sc_time_stamp() + delay, payload.is_write(),
                static_cast<std::uint32_t>(payload.get_address()), value});
}

void Bus::dma_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  TransferExtension* extension = nullptr;
  payload.get_extension(extension);
  const std::uint64_t extent =
      extension != nullptr ? extension->extent(payload.get_data_length()) : payload.get_data_length();
  Region* region = find(payload.get_address(), extent, recent_of_dma_);
  // The accelerator's own registers are not reachable from its own initiator.
  if (region != nullptr && region->memory == nullptr) region = nullptr;
  if (!forward(payload, delay, region, "DMA")) return;
  const sc_core::sc_time begin = delay;
  delay += transfer_time(*region, payload, extension);
  if (transfer_sink_) [[unlikely]] {
    const std::uint64_t rows = extension != nullptr ? extension->rows : 1;
    transfer_sink_({*region->memory, payload.is_write(), payload.get_address(),
                    payload.get_data_length() * rows, begin, delay});
  }
}

sc_core::sc_time Bus::transfer_time(const Region& region, const tlm::tlm_generic_payload& payload,
                                    TransferExtension* extension) {
  const std::uint64_t longest = longest_burst * parameters_.width;
  const std::uint64_t cycle = parameters_.cycle.value();
  std::uint64_t row_bytes = payload.get_data_length();
  std::uint32_t rows = 1;
  std::uint64_t stride = 0;
  if (extension != nullptr && extension->memory_stride == row_bytes) {
    row_bytes *= extension->rows;
  } else if (extension != nullptr) {
    rows = extension->rows;
    stride = extension->memory_stride;
  }
  // Rows that begin alike take alike: one stands for all.
  const bool alike = region.memory->without_history() && stride % parameters_.width == 0 &&
                     stride % region.memory->timing().width == 0;
  const std::uint32_t timed_rows = alike ? 1 : rows;
  const std::uint32_t each_for = alike ? rows : 1;
  std::uint64_t bursts = 0;
  std::uint64_t latency = 0;
  std::uint64_t data = 0;
  for (std::uint32_t row = 0; row < timed_rows; ++row) {
    std::uint64_t from = payload.get_address() + row * stride;
    const std::uint64_t end = from + row_bytes;
    for (; from < end; bursts += each_for) {
      const std::uint64_t to = std::min(end, from / parameters_.width * parameters_.width + longest);
      const BurstTime memory = region.memory->burst(from - region.base, to - from, payload.is_read());
      const std::uint64_t bus_beats = beats(from, to - from, parameters_.width);
      dma_beats_ += each_for * bus_beats;
      latency += each_for * memory.latency;
      data += each_for * std::max(cycle * bus_beats, memory.data);
      from = to;
    }
  }
  const std::uint64_t overhead = cycle * parameters_.burst_overhead * bursts;
  if (extension != nullptr) {
    extension->latency = latency;
    extension->overhead = overhead;
  }
  return sc_core::sc_time::from_value(data + latency + overhead);
}

unsigned Bus::debug_transport(tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  RecentRegions none{};
  Region* region = find(address, payload.get_data_length(), none);
  if (region == nullptr) return 0;
  payload.set_address(address - region->base);
  const unsigned count = (*region->socket)->transport_dbg(payload);
  payload.set_address(address);
  return count;
}

}  // namespace edgebert
