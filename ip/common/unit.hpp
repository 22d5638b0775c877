// SPDX-License-Identifier: Apache-2.0
// What every accelerator unit shares: the common registers, start, one completion event a command, interrupt,
// counters.
//
// Modelled: a command latches its registers at start, computes at once, shows its result at completion; level
// interrupt with causes, enables and write-one-to-clear acknowledge; errors as STATUS codes; a command that
// touches buffer bytes another unit is working on is refused (hardware would compute garbage). Not modelled:
// aborting a command.
#pragma once
#include "contract/unit_regs.hpp"
#include "ip/common/activity.hpp"
#include "ip/common/clock_domain.hpp"
#include "ip/common/counters.hpp"
#include "ip/common/interrupt.hpp"
#include "ip/common/observation.hpp"
#include "ip/common/register_target.hpp"
#include "ip/common/scratch_buffer.hpp"

namespace edgebert {

class Unit : public RegisterTarget {
 public:
  InterruptOutput interrupt;
  Counters counters;
  TileObserver observer;         ///< called with each completed tile when set
  Activity* activity = nullptr;  ///< told of each command's begin and end when set

  bool busy() const { return busy_; }
  Cycles total_busy_cycles() const { return busy_cycles_; }
  std::uint64_t total_commands() const { return commands_; }
  const ClockDomain& clock() const { return clock_; }

 protected:
  Unit(sc_core::sc_module_name name, unit::Kind kind, std::span<const Register> own,
       const ClockDomain& clock);

  /// CONTROL.start was written: compute, then call complete_after, fail or fail_after, once.
  virtual void start() = 0;
  /// The command that complete_after announced is complete: make its result visible.
  virtual void finish() = 0;

  void complete_after(Cycles cycles);
  /// The command is refused: STATUS.error, the error interrupt one cycle later, no result.
  template <typename Error>
  void fail(Error error) {
    fail_after(1, error);
  }
  /// The command ends with an error after some time, without a result.
  template <typename Error>
  void fail_after(Cycles cycles, Error error) {
    end_after(cycles, static_cast<std::uint32_t>(error));
  }
  /// Says that the command works on `rows` blocks of `row_bytes`, `stride` apart, until it is complete.
  /// @return false if another unit does, and one of the two writes
  bool claim(ScratchBuffer& buffer, std::uint64_t base, std::uint64_t rows, std::uint64_t stride,
             std::uint64_t row_bytes, ScratchBuffer::Use use);
  /// A tile described by the TAG registers as they stood at start.
  Tile tile(std::uint32_t rows, std::uint32_t columns, Tile::Format format,
            std::span<const std::int32_t> values) const;

 private:
  void on_write(const Register& reg, std::uint32_t previous, const sc_core::sc_time& delay) override;
  void end_after(Cycles cycles, std::uint32_t error);
  void complete();
  void release_claims();
  void refresh_interrupt();
  Activity::Kind activity_kind() const;

  static constexpr std::size_t claims_max = 5;  ///< there are five buffers

  const ClockDomain& clock_;
  sc_core::sc_event completion_{"completion"};
  sc_core::sc_time start_delay_;
  Cycles running_cycles_ = 0;
  Cycles busy_cycles_ = 0;
  std::uint64_t commands_ = 0;
  std::uint32_t error_ = 0;  ///< of the running command
  std::uint32_t tag_ = 0;
  std::uint32_t tag_position_ = 0;
  ScratchBuffer* claimed_[claims_max] = {};
  bool busy_ = false;
  bool refused_ = false;  ///< the running command has no result
};

}  // namespace edgebert
