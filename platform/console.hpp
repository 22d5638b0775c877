// SPDX-License-Identifier: Apache-2.0
// The console: collects firmware's characters into lines. Modelled: transmit. Not modelled: baud rate, input.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "ip/common/register_target.hpp"
#include "platform/console_regs.hpp"

namespace edgebert {

class Console : public RegisterTarget {
 public:
  static constexpr std::size_t longest_line = 4096;

  explicit Console(sc_core::sc_module_name name) : RegisterTarget(name, console::map) {}

  /// Called with each complete line, without its end; longer ones are cut at `longest_line`.
  void on_line(std::function<void(std::string_view)> sink) { sink_ = std::move(sink); }

 private:
  void on_write(const Register&, std::uint32_t, const sc_core::sc_time&) override {
    const char next = static_cast<char>(registers[console::transmit]);
    if (next != '\n') line_.push_back(next);
    if (next != '\n' && line_.size() < longest_line) return;
    if (sink_) sink_(line_);
    line_.clear();
  }

  std::function<void(std::string_view)> sink_;
  std::string line_;
};

}  // namespace edgebert
