// SPDX-License-Identifier: Apache-2.0
// What every accelerator unit shares: the common registers, start, one completion event a command, interrupt,
// counters.
//
// Modelled: a command latches its registers at start, computes at once, shows its result at completion; level
// interrupt with causes, enables and write-one-to-clear acknowledge; errors as STATUS codes; a command that
// touches buffer bytes another unit is working on is refused (hardware would compute garbage); one completion
// event a command, which moves later by what others take from it; a command that starts while the clock is
// being changed is refused. Busy, stalled and idle cycles add up to all cycles. Not modelled: aborting a
// command.
#pragma once
#include <string>

#include "contract/unit_regs.hpp"
#include "ip/common/activity.hpp"
#include "ip/common/clock_domain.hpp"
#include "ip/common/command_observer.hpp"
#include "ip/common/counters.hpp"
#include "ip/common/interrupt.hpp"
#include "ip/common/observation.hpp"
#include "ip/common/register_target.hpp"
#include "ip/common/scratch_buffer.hpp"
#include "ip/common/stalls.hpp"

namespace edgebert {

class Unit : public RegisterTarget {
 public:
  InterruptOutput interrupt;
  Counters counters;
  TileObserver observer;                        ///< called with each completed tile when set
  Activity* activity = nullptr;                 ///< told of each command's begin and end when set
  CommandObserver* command_observer = nullptr;  ///< the same, with what was done

  bool busy() const { return running_; }
  std::uint64_t total_commands() const { return commands_; }
  /// Cycles of completed commands in which the unit worked, and in which it waited, by what for.
  Cycles total_busy_cycles() const { return busy_cycles_; }
  const Stalls& total_stalls() const { return stalls_; }
  /// Domain time inside commands and between them; measured at their ends, so that what is reported can be
  /// checked.
  sc_core::sc_time time_in_commands() const;
  sc_core::sc_time time_idle() const;
  /// Of the running command, from the start of another unit's on. The core that started that one runs ahead
  /// of the kernel's time.
  Cycles cycles_left(const Unit& starting) const;
  /// Cycles the running command loses to someone else; its completion moves later.
  void lose(Cycles cycles, Cycles Stalls::*cause);
  const ClockDomain& clock() const { return clock_; }

 protected:
  Unit(sc_core::sc_module_name name, unit::Kind kind, std::span<const Register> own,
       const ClockDomain& clock);

  /// CONTROL.start was written: compute, then call complete_after, fail or fail_after, once.
  virtual void start() = 0;
  /// The command that complete_after announced is complete: make its result visible.
  virtual void finish() = 0;
  /// What the command that is complete did.
  virtual Work work() const { return {}; }

  /// @param stalls  the part of `cycles` in which the unit waits
  void complete_after(Cycles cycles, const Stalls& stalls = {});
  /// The same for a command during which the clock changes. @param time  that `cycles` take
  void complete_after(Cycles cycles, const sc_core::sc_time& time);
  /// The command is refused: STATUS.error, the error interrupt one cycle later, no result.
  template <typename Error>
  void fail(Error error) {
    fail_after(1, error);
  }
  /// The command ends with an error after some time, without a result.
  template <typename Error>
  void fail_after(Cycles cycles, Error error) {
    end_after(cycles, clock_.time(cycles), static_cast<std::uint32_t>(error));
  }
  /// Says that the command works on `rows` blocks of `row_bytes`, `stride` apart, until it is complete.
  /// @return false if another unit does, and one of the two writes
  bool claim(ScratchBuffer& buffer, std::uint64_t base, std::uint64_t rows, std::uint64_t stride,
             std::uint64_t row_bytes, ScratchBuffer::Use use);
  /// Says in how many cycles the command uses a data buffer's port; before complete_after.
  void use_port(ScratchBuffer& buffer, Cycles port_cycles);
  /// When the running command was started; ahead of the kernel's time if the core that did it is.
  const sc_core::sc_time& start_time() const { return start_; }
  /// A tile described by the TAG registers as they stood at start. @param bias  exponent bias of codes
  Tile tile(std::uint32_t rows, std::uint32_t columns, Tile::Format format,
            std::span<const std::int32_t> values, std::uint32_t bias = 0) const;

 private:
  Effect on_write(const Register& reg, std::uint32_t previous, const sc_core::sc_time& delay) override;
  void begin(const sc_core::sc_time& delay);
  void end_after(Cycles cycles, const sc_core::sc_time& time, std::uint32_t error);
  void complete();
  void release_claims();
  void refresh_interrupt();
  Activity::Kind activity_kind() const;
  unit::Kind unit_kind() const;
  Command command() const;
  std::string described() const;

  static constexpr std::size_t data_buffers = 2;
  static constexpr std::size_t claims_max = 5;  ///< there are five buffers

  const ClockDomain& clock_;
  sc_core::sc_event completion_{"completion"};
  sc_core::sc_time start_;         ///< of the running command
  sc_core::sc_time domain_start_;  ///< the same in domain time
  sc_core::sc_time domain_end_;    ///< of the last one
  sc_core::sc_time in_commands_;
  sc_core::sc_time idle_;
  Cycles command_cycles_ = 0;  ///< of the running command, stalls included
  Stalls command_stalls_;
  Cycles lost_ = 0;  ///< to be made up for when the completion event comes
  Cycles busy_cycles_ = 0;
  Stalls stalls_;
  std::uint64_t commands_ = 0;
  std::uint32_t error_ = 0;  ///< of the running command
  std::uint32_t tag_ = 0;
  std::uint32_t tag_position_ = 0;
  ScratchBuffer* claimed_[claims_max] = {};
  struct {
    ScratchBuffer* buffer;
    Cycles port_cycles;
  } ports_[data_buffers] = {};
  bool running_ = false;
  bool refused_ = false;  ///< the running command has no result
};

}  // namespace edgebert
