// SPDX-License-Identifier: Apache-2.0
// An interrupt wire: a level, delivered by a direct call. (A signal would lag a delta cycle, and a core that
// runs ahead of the kernel would take the same interrupt twice.)
#pragma once
#include <functional>

namespace edgebert {

class InterruptOutput {
 public:
  void connect(std::function<void(bool)> sink) { sink_ = std::move(sink); }
  /// Who is told of each change before the sink is; it changes nothing.
  void observe(std::function<void(bool)> observer) { observer_ = std::move(observer); }
  void set(bool level) {
    if (level == level_) return;
    level_ = level;
    if (observer_) observer_(level);
    if (sink_) sink_(level);
  }
  bool level() const { return level_; }

 private:
  std::function<void(bool)> sink_;
  std::function<void(bool)> observer_;
  bool level_ = false;
};

}  // namespace edgebert
