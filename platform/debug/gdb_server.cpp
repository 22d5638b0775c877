// SPDX-License-Identifier: Apache-2.0
// The session: when the core runs and when the debugger speaks. What single packets mean: gdb_packets.cpp.
#include "platform/debug/gdb_server.hpp"

#include <chrono>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace edgebert::debug {
namespace {

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();
/// Runs of the core between two looks for Ctrl-C: a system call each.
constexpr unsigned grants_between_looks = 16;
constexpr const char* signal_interrupt = "T02thread:1;";
constexpr const char* signal_trap = "T05thread:1;";
constexpr const char* signal_abort = "T06thread:1;";

const char* kind_of(const rv32::Watchpoint& watchpoint) {
  if (!watchpoint.reads) return "watch";
  return watchpoint.writes ? "awatch" : "rwatch";
}

}  // namespace

std::uint64_t GdbServer::grant() {
  if (mode_ == Mode::starting) {
    connection_.open();
    mode_ = Mode::stopped;
  }
  if (!why_stopped_.empty()) stop(std::exchange(why_stopped_, {}));
  if (mode_ == Mode::running && ++grants_ % grants_between_looks == 0) poll_interrupt();
  converse();
  if (mode_ == Mode::killed) return 0;
  return mode_ == Mode::stepping ? 1 : unlimited;
}

void GdbServer::ran(rv32::StopReason reason) {
  if (mode_ != Mode::running && mode_ != Mode::stepping) return;
  if (reason == rv32::StopReason::watchpoint) {
    const rv32::Watchpoint hit = target_->watch_hit();
    why_stopped_ = fmt::format("T05thread:1;{}:{:x};", kind_of(hit), hit.address);
  } else if (reason == rv32::StopReason::breakpoint || mode_ == Mode::stepping) {
    why_stopped_ = signal_trap;
  }
}

void GdbServer::exited(std::uint8_t code) {
  if (mode_ != Mode::running && mode_ != Mode::stepping) return;
  send(fmt::format("W{:02x}", code));
  mode_ = Mode::detached;
}

void GdbServer::failed(const std::string& message) {
  if (failed_ || (mode_ != Mode::running && mode_ != Mode::stepping)) return;
  failed_ = true;
  why_stopped_.clear();
  send(fmt::format("O{}", hex_of(fmt::format("edgebert-sim: {}\n", message))));
  stop(signal_abort);
  converse();
}

/// Answers the packet that let the core run.
void GdbServer::stop(std::string reason) {
  stop_reply_ = std::move(reason);
  mode_ = Mode::stopped;
  send(stop_reply_);
}

void GdbServer::converse() {
  if (mode_ != Mode::stopped) return;
  const auto start = std::chrono::steady_clock::now();
  while (mode_ == Mode::stopped) {
    if (const auto received = reader_.next()) {
      if (received->kind == Received::Kind::packet) {
        if (acknowledges_) connection_.write("+");
        handle(received->payload);
      } else if (received->kind == Received::Kind::damaged && acknowledges_) {
        connection_.write("-");
      } else if (received->kind == Received::Kind::repeat) {
        connection_.write(last_sent_);
      }
      continue;
    }
    reader_.feed(connection_.read(true));
    if (connection_.closed()) detach();
  }
  stopped_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void GdbServer::poll_interrupt() {
  reader_.feed(connection_.read(false));
  if (connection_.closed()) return detach();
  while (mode_ == Mode::running) {
    const auto received = reader_.next();
    if (!received) return;
    if (received->kind == Received::Kind::interrupt) stop(signal_interrupt);
  }
}

void GdbServer::detach() {
  remove_points();
  mode_ = Mode::detached;
}

void GdbServer::remove_points() {
  for (const std::uint32_t address : breakpoints_) target_->remove_breakpoint(address);
  for (const rv32::Watchpoint& watchpoint : watchpoints_) target_->remove_watchpoint(watchpoint);
  breakpoints_.clear();
  watchpoints_.clear();
}

void GdbServer::send(std::string_view payload) {
  last_sent_ = packet_of(payload);
  connection_.write(last_sent_);
}

}  // namespace edgebert::debug
