// SPDX-License-Identifier: Apache-2.0
// How a block tells a person what it does. Every block has a channel; whoever owns the blocks connects those
// somebody listens to. Costs a comparison where nobody does, and never changes what the block does.
#pragma once
#include <functional>
#include <string_view>
#include <systemc>
#include <utility>

#include "ip/common/log_level.hpp"

namespace edgebert {

class LogChannel {
 public:
  using Sink = std::function<void(LogLevel level, const sc_core::sc_time& time, std::string_view text)>;

  /// @param most  messages of this level and of the more urgent ones go to the sink
  void connect(LogLevel most, Sink sink) {
    most_ = sink ? most : LogLevel::off;
    sink_ = std::move(sink);
  }

  /// @param time  when it happens: a core that runs ahead of the kernel adds its delay
  /// @param text  a function that makes the line; called only if somebody listens
  template <typename Text>
  void operator()(LogLevel level, const sc_core::sc_time& time, const Text& text) const {
    if (level <= most_) [[unlikely]]
      sink_(level, time, text());
  }

 private:
  LogLevel most_ = LogLevel::off;
  Sink sink_;
};

}  // namespace edgebert
