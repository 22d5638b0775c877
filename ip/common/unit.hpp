// SPDX-License-Identifier: Apache-2.0
// What every accelerator unit shares: the common registers, start, one completion event a command, interrupt,
// counters.
//
// Modelled: a command latches its registers at start, computes at once, shows its result at completion; level
// interrupt with causes, enables and write-one-to-clear acknowledge; errors as STATUS codes. Not modelled:
// aborting a command.
#pragma once
#include <functional>

#include "contract/unit_regs.hpp"
#include "ip/common/clock_domain.hpp"
#include "ip/common/counters.hpp"
#include "ip/common/interrupt.hpp"
#include "ip/common/observation.hpp"
#include "ip/common/register_target.hpp"

namespace edgebert {

class Unit : public RegisterTarget {
 public:
  InterruptOutput interrupt;
  Counters counters;
  TileObserver observer;  ///< called with each completed tile when set

  bool busy() const { return busy_; }
  Cycles total_busy_cycles() const { return busy_cycles_; }
  std::uint64_t total_commands() const { return commands_; }
  const ClockDomain& clock() const { return clock_; }

 protected:
  Unit(sc_core::sc_module_name name, unit::Kind kind, std::span<const Register> own,
       const ClockDomain& clock);

  /// CONTROL.start was written: call complete_after or fail, once.
  virtual void start() = 0;
  /// The command takes `cycles`; then `finish` makes its result visible.
  void complete_after(Cycles cycles, std::function<void()> finish);
  /// The command is refused: STATUS.error, the error interrupt one cycle later, no result.
  template <typename Error>
  void fail(Error error) {
    fail_with(static_cast<std::uint32_t>(error));
  }
  /// A transfer that failed after some time: call from `finish`.
  template <typename Error>
  void report_error(Error error) {
    pending_error_ = static_cast<std::uint32_t>(error);
  }
  /// A tile described by the TAG registers as they stood at start.
  Tile tile(std::uint32_t rows, std::uint32_t columns, Tile::Format format,
            std::span<const std::int32_t> values) const;

 private:
  void on_write(const Register& reg, std::uint32_t previous, const sc_core::sc_time& delay) override;
  void fail_with(std::uint32_t error);
  void complete();
  void refresh_interrupt();

  const ClockDomain& clock_;
  sc_core::sc_event completion_{"completion"};
  std::function<void()> finish_;
  sc_core::sc_time start_delay_;
  Cycles running_cycles_ = 0;
  Cycles busy_cycles_ = 0;
  std::uint64_t commands_ = 0;
  std::uint32_t pending_error_ = 0;
  std::uint32_t tag_ = 0;
  std::uint32_t tag_position_ = 0;
  bool busy_ = false;
};

}  // namespace edgebert
