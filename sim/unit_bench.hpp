// SPDX-License-Identifier: Apache-2.0
// An accelerator by itself: its registers are written as a core would, its buffers are filled from behind.
#pragma once
#include <span>
#include <string>

#include "ip/accelerator/accelerator.hpp"
#include "platform/config/soc_config.hpp"
#include "sim/vector_case.hpp"

namespace edgebert::sim {

/// Where something lies in a buffer.
struct BufferPlace {
  std::uint32_t buffer;  ///< data buffer 0 or 1
  std::uint32_t base;
};

class UnitBench : public sc_core::sc_module {
 public:
  /// @param result_bytes  more room in each data buffer than the configuration has, for results: the
  /// published model writes them over operands it no longer needs
  UnitBench(sc_core::sc_module_name name, const SocConfig& config, std::uint32_t result_bytes);

  /// Empties the buffers of what earlier cases placed, and resets a unit's registers.
  /// @param place  FILE:LINE of the case, for messages
  void begin(std::uint32_t unit, std::span<const Register> map, const std::string& place);
  /// A register of the unit that begin() named.
  void set(const Register& reg, std::uint32_t value);
  std::uint32_t get(const Register& reg);
  /// Starts the command and lets it complete. @return accelerator cycles from start to interrupt
  Cycles run();

  /// @throws Error(capacity) if there is no room
  BufferPlace put(std::uint32_t buffer, const CaseMatrix& matrix);
  std::uint32_t put_auxiliary(std::span<const std::uint8_t> bytes);
  std::uint32_t reserve_auxiliary(std::uint32_t bytes);
  /// Room for a result.
  BufferPlace reserve(std::uint32_t buffer, const CaseMatrix& matrix);
  /// A matrix of this shape from a data buffer.
  std::vector<std::int64_t> read(const BufferPlace& place, const CaseMatrix& shape) const;
  std::vector<std::int64_t> read_auxiliary_words(std::uint32_t base, std::uint32_t count) const;

 private:
  static constexpr unsigned register_blocks = 8;

  std::uint32_t access(tlm::tlm_command command, const Register& reg, std::uint32_t value);

  const std::uint32_t operand_bytes_;  ///< of a data buffer
  ClockDomain clock_;
  Accelerator accelerator_;
  sc_core::sc_vector<tlm_utils::simple_initiator_socket<UnitBench>> ports_{"port", register_blocks};
  tlm_utils::simple_target_socket<UnitBench> memory_{"memory"};  ///< the DMA is never started
  // The case that is being played.
  unsigned port_ = 0;
  std::string place_;
  std::array<std::uint32_t, 2> used_{};
  std::uint32_t auxiliary_used_ = 0;
};

}  // namespace edgebert::sim
