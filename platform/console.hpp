// SPDX-License-Identifier: Apache-2.0
// The console: collects firmware's characters into lines, which it logs as
// information, without their ends; longer ones than `longest_line` are cut. Modelled: transmit. Not modelled:
// baud rate, input.
#pragma once
#include <string>
#include <string_view>

#include "ip/common/register_target.hpp"
#include "platform/console_regs.hpp"

namespace edgebert {

class Console : public RegisterTarget {
 public:
  static constexpr std::size_t longest_line = 4096;

  explicit Console(sc_core::sc_module_name name) : RegisterTarget(name, console::map) {}

  /// Shows what is left of a line that firmware did not end.
  void end_line(const sc_core::sc_time& now) {
    if (!line_.empty()) show(now);
  }

 private:
  Effect on_write(const Register&, std::uint32_t, const sc_core::sc_time& delay) override {
    const char next = static_cast<char>(registers[console::transmit]);
    if (next != '\n') line_.push_back(next);
    if (next != '\n' && line_.size() < longest_line) return Effect::none;
    show(sc_core::sc_time_stamp() + delay);
    return Effect::none;
  }
  void show(const sc_core::sc_time& now) {
    log(LogLevel::info, now, [this] { return std::string_view(line_); });
    line_.clear();
  }

  std::string line_;
};

}  // namespace edgebert
