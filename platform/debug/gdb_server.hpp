// SPDX-License-Identifier: Apache-2.0
// A GDB remote serial protocol server for the core: registers, CSRs, memory, breakpoints, watchpoints, step,
// continue, Ctrl-C, detach, kill. Source: Debugging with GDB, appendix "GDB Remote Serial Protocol".
//
// The core asks it between two runs (RunControl); while the debugger thinks, that call does not return, and
// simulated time stands still. Software and hardware breakpoints are the same: memory is not changed, so they
// work in ROM. A packet it does not know gets the empty reply, one it cannot make sense of an error, and a
// debugger that goes away has detached.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "platform/debug/connection.hpp"
#include "platform/debug/packet.hpp"
#include "platform/debug/run_control.hpp"
#include "platform/debug/target.hpp"

namespace edgebert::debug {

class GdbServer : public RunControl {
 public:
  explicit GdbServer(Connection connection) : connection_(std::move(connection)) {}

  /// Before the core's first run. The target must outlive the runs.
  void attach(Target& target) { target_ = &target; }

  /// Blocks while the debugger holds the core; the first time, until there is one.
  std::uint64_t grant() override;
  void ran(rv32::StopReason reason) override;

  /// Firmware has ended.
  void exited(std::uint8_t code);
  /// The run is about to fail: says why, and lets the debugger look until it resumes. Once.
  void failed(const std::string& message);

  /// The debugger wants the simulation to end.
  bool killed() const { return mode_ == Mode::killed; }
  /// Wall time in which the debugger held the core.
  double stopped_seconds() const { return stopped_seconds_; }

 private:
  enum class Mode : std::uint8_t { starting, stopped, running, stepping, detached, killed };

  void converse();
  void stop(std::string reason);
  void detach();
  void poll_interrupt();
  void send(std::string_view payload);
  void handle(std::string_view packet);
  void inspect(std::string_view packet);
  void resume(Mode mode, std::string_view address);
  std::string general_query(std::string_view text) const;
  std::string send_description(std::string_view range) const;
  std::string monitor(std::string_view hex);
  std::string read_registers() const;
  std::string write_registers(std::string_view hex);
  std::string read_register(std::string_view text) const;
  std::string write_register(std::string_view text);
  std::string read_memory(std::string_view text);
  std::string write_memory(std::string_view text, bool binary);
  std::string change_breakpoint(std::string_view text, bool insert);
  void continue_by(std::string_view actions);
  void remove_points();

  Connection connection_;
  Target* target_ = nullptr;
  PacketReader reader_;
  Mode mode_ = Mode::starting;
  bool acknowledges_ = true;
  bool failed_ = false;
  unsigned grants_ = 0;
  double stopped_seconds_ = 0;
  std::string why_stopped_;  ///< to be said when the core's time is exact, with the next grant()
  std::string stop_reply_ = "T05thread:1;";
  std::string last_sent_;
  std::set<std::uint32_t> breakpoints_;
  std::set<rv32::Watchpoint> watchpoints_;
};

}  // namespace edgebert::debug
