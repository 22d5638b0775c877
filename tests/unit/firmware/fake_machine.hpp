// SPDX-License-Identifier: Apache-2.0
// A machine for firmware on the host: memories, buffers and units behind the functions of
// firmware/hal/hal.hpp. Units compute toy_arithmetic.hpp at once when started, refuse what the real ones
// refuse (ranges, overlaps, kept accumulators) by throwing, and assemble whole tensors from tags. No time: a
// command runs until firmware acknowledges it, and no other unit may until then write what it reads, or touch
// what it writes.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "contract/mailbox.hpp"
#include "contract/operators.hpp"
#include "contract/register_map.hpp"
#include "firmware/drivers/capabilities.hpp"
#include "ip/dvfs/dvfs_regs.hpp"

namespace edgebert::firmware_test {

/// Thrown by hal::stop.
struct Stopped {
  uint32_t code;
};

/// Elements of one tensor by (row, column).
using Tensor = std::map<std::pair<uint32_t, uint32_t>, uint32_t>;

/// (layer, operator, head); context of all heads is one tensor, with head 0.
using TensorKey = std::tuple<uint32_t, Operator, uint32_t>;

class FakeMachine {
 public:
  FakeMachine(const firmware::Capabilities& capabilities, std::vector<uint8_t> weight_memory);
  ~FakeMachine();
  FakeMachine(const FakeMachine&) = delete;
  FakeMachine& operator=(const FakeMachine&) = delete;

  /// The machine behind hal.
  static FakeMachine& current();

  // The bus.
  uint32_t read_word(uint32_t address);
  void write_word(uint32_t address, uint32_t value);
  uint8_t* memory(uint32_t address, uint32_t bytes);
  void sleep();

  std::deque<mailbox::Job> jobs;          ///< posted one after the other
  std::vector<mailbox::Result> results;   ///< answered
  std::map<TensorKey, Tensor> tensors;    ///< every element was written exactly once
  std::map<uint32_t, uint32_t> commands;  ///< by unit base
  std::string console;
  uint64_t bytes_loaded = 0;         ///< by the DMA
  uint64_t overlapped_commands = 0;  ///< of the DMA, started while another unit worked

  /// Points the DVFS controller was characterised at; the clock starts at the last one.
  void set_operating_points(std::vector<dvfs::LutRow> points);
  std::vector<dvfs::LutRow> operating_points;
  static constexpr uint32_t core_kilohertz = 500'000;
  static constexpr uint32_t transition_core_cycles = 300;
  /// Only test commands and transitions take time.
  uint64_t core_now = 0, accelerator_now = 0;

  /// The unit whose next command fails or hangs; 0: none.
  uint32_t unit_to_fail = 0;
  uint32_t unit_to_hang = 0;
  /// Overrides what a register reads as.
  std::map<uint32_t, uint32_t> forced;

 private:
  using Matrix = std::vector<std::vector<uint32_t>>;

  struct Operand {
    uint32_t format, base, stride, mask;
  };

  uint32_t reg(uint32_t base, const Register& which) const;
  void start(uint32_t base);
  void run_dma();
  void load_packed();
  void run_product();
  void run_softmax();
  void run_layernorm();
  void run_add();
  void run_early_exit();
  void run_prediction();
  void run_test();
  void run_dvfs();
  /// Bytes of a buffer, for the unit that computes. Throws if another one's running command is in the way.
  const uint8_t* read_buffer(uint32_t which, uint32_t address, uint32_t bytes, const char* what);
  uint8_t* write_buffer(uint32_t which, uint32_t address, uint32_t bytes, const char* what);
  uint8_t* claim(uint32_t which, uint32_t address, uint32_t bytes, const char* what, bool writes);
  void release(uint32_t line);
  Matrix operand_rows(const Operand& operand, uint32_t rows, uint32_t elements);
  Matrix unpack_rows(const Operand& operand, uint32_t rows, uint32_t elements);
  Matrix product_operand(uint32_t which, uint32_t rows, uint32_t reduction);
  void write_output(const Operand& output, uint32_t row, uint32_t column, uint32_t value);
  void observe(uint32_t base, uint32_t row, uint32_t column, uint32_t value);
  uint32_t raised_lines() const;

  firmware::Capabilities capabilities_;
  std::vector<uint8_t> sram_;
  std::vector<uint8_t> weight_memory_;
  std::vector<uint8_t> job_area_;
  std::vector<uint8_t> result_area_;
  std::vector<uint8_t> buffers_[5];  // numbered as dma::Buffer
  /// Units whose running command reads or writes a byte: a bit each, by interrupt line.
  std::vector<uint8_t> readers_[5], writers_[5];
  struct Claim {
    uint32_t which, address, bytes;
  };
  std::vector<Claim> claims_[7];
  uint32_t computing_ = 0;  ///< line of the unit that computes
  std::map<uint32_t, uint32_t> registers_;
  std::vector<uint32_t> kept_;
  uint32_t kept_rows_ = 0, kept_columns_ = 0;
  uint32_t unit_lines_ = 0;
  bool hanging_ = false;
  bool watchdog_expired_ = false;
};

}  // namespace edgebert::firmware_test
