// SPDX-License-Identifier: Apache-2.0
// The exit device: firmware's own end of the run.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "ip/common/register_target.hpp"
#include "platform/exit_device_regs.hpp"

namespace edgebert {

class ExitDevice : public RegisterTarget {
 public:
  explicit ExitDevice(sc_core::sc_module_name name) : RegisterTarget(name, exit_device::map) {}

  void on_exit(std::function<void()> sink) { sink_ = std::move(sink); }
  /// What firmware wrote first; nothing while it runs.
  std::optional<std::uint32_t> code() const { return code_; }

 private:
  Effect on_write(const Register&, std::uint32_t, const sc_core::sc_time& delay) override {
    if (!code_) code_ = registers[exit_device::exit];
    log(LogLevel::info, sc_core::sc_time_stamp() + delay,
        [this] { return "firmware ends with code " + std::to_string(*code_); });
    if (sink_) sink_();
    return Effect::events;
  }

  std::function<void()> sink_;
  std::optional<std::uint32_t> code_;
};

}  // namespace edgebert
